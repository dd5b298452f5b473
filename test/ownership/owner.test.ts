import assert from 'node:assert/strict';
import { chmod, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketAddress } from '../../src/worker/ownership/socket-address.ts';
import { eventually } from '../net/helpers/peers.ts';
import { skipOnWindows } from '../skip.ts';
import { ClientPool } from './client-pool.ts';
import type { ClientProcess } from './client-pool.ts';

describe('one node shared by several windows and commands', () => {
  let clients: ClientPool;
  let dataDir: string;
  beforeEach(async () => {
    clients = new ClientPool();
    dataDir = await clients.folder('data');
  });
  afterEach(() => clients.end());

  /** The client that all of these report as the owner. */
  async function ownerOf(...all: readonly ClientProcess[]): Promise<ClientProcess> {
    const states = await Promise.all(all.map((client) => client.status()));
    const pids = new Set(states.map(({ owner }) => owner?.pid));
    const owners = all.filter((_, index) => states[index]?.owner?.self);
    assert.equal(pids.size, 1, 'all name the same owner');
    const [owner] = owners;
    assert.ok(owner !== undefined && owners.length === 1, 'exactly one of them owns the node');
    assert.ok(pids.has(owner.process.pid));
    return owner;
  }

  it('share one node: what one publishes, the others list', async () => {
    const first = await clients.open(dataDir);
    const { peerId } = await first.start();
    const second = await clients.open(dataDir);
    assert.equal((await second.status()).node.peerId, peerId);
    assert.equal(await ownerOf(first, second), first);
    assert.equal((await first.status()).owner?.clients, 1);
    const receipt = await second.publish(await clients.project('shared'));
    await eventually('the first was told', () => first.packages.some(({ published }) => published === 1));
    assert.equal((await first.call('getPackage', { id: receipt.id })).latest, '1.0.0');
  });

  it('publish with the publisher id of the key that signed', async () => {
    const [first, second] = [await clients.open(dataDir), await clients.open(dataDir)];
    const [one, other] = [
      await first.publish(await clients.project('a')),
      await second.publish(await clients.project('b')),
    ];
    assert.ok(one.id.startsWith(`${await first.opened()}/`) && other.id.startsWith(`${await second.opened()}/`));
  });

  for (const way of ['close', 'kill'] as const) {
    it(`continue when the process of the owner ends (${way}): same node, views that are never empty, calls retried`, async () => {
      const first = await clients.open(dataDir);
      const { peerId } = await first.start({ name: 'Ada', fanOut: 7 });
      const receipt = await first.publish(await clients.project('kept'));
      const [second, third] = [await clients.open(dataDir), await clients.open(dataDir)];
      const ended = first[way]();
      const [status, found] = await Promise.all([
        second.status(),
        third.call('search', { text: 'kept', scope: 'local' }),
        ended,
      ]);
      await eventually('the node runs again', async () => (await second.status()).node.state === 'running');
      assert.equal(found.packages[0]?.id, receipt.id);
      assert.equal(status.counts.published, 1);
      const { node, settings } = await third.status();
      assert.equal(node.peerId, peerId);
      assert.deepEqual([settings?.name, settings?.fanOut], ['Ada', 7]);
      await ownerOf(second, third);
      for (const { states, packages } of [second, third]) {
        assert.ok(!states.includes('stopped'), 'no view saw it stopped');
        assert.ok(packages.every(({ published }) => published === 1));
        const versions = packages.map(({ version }) => version);
        assert.deepEqual(
          versions,
          versions.toSorted((a, b) => a - b),
        );
      }
    });
  }

  it('keep the node running although a new process that never saw it becomes the owner', async () => {
    const first = await clients.open(dataDir);
    const { peerId } = await first.start({ name: 'Ada' });
    const second = await clients.open(dataDir);
    // A suspended process cannot take over, so the new one does.
    second.process.kill('SIGSTOP');
    await first.kill();
    const third = await clients.open(dataDir);
    assert.equal((await third.status()).node.state, 'stopped');
    second.process.kill('SIGCONT');
    await eventually('the node runs again', async () => (await third.status()).node.state === 'running');
    assert.equal(await ownerOf(second, third), third);
    const { node, settings } = await second.status();
    assert.deepEqual([node.peerId, settings?.name], [peerId, 'Ada']);
  });

  it('get an error when the owner ends while they publish, and lose nothing that was acknowledged', async () => {
    const first = await clients.open(dataDir);
    const second = await clients.open(dataDir);
    const roots = await Promise.all(Array.from({ length: 12 }, (_, index) => clients.project(`burst-${index}`)));
    let acknowledged = 0;
    const published = roots.map(async (root) => {
      try {
        const { id } = await second.publish(root);
        acknowledged++;
        return id;
      } catch (error) {
        return error as Error;
      }
    });
    await eventually('some are out', () => acknowledged > 1);
    await first.kill();
    const results = await Promise.all(published);
    for (const result of results) {
      if (typeof result === 'string') assert.equal((await second.call('getPackage', { id: result })).latest, '1.0.0');
      else assert.ok(['Interrupted', 'DraftNotFound'].includes(result.name), `${result.name}: ${result.message}`);
    }
    assert.ok(results.some((result) => typeof result === 'string'));
  });

  it('have one owner however many start at the same time', async () => {
    const all = Array.from({ length: 6 }, () => clients.spawn(dataDir));
    await Promise.all(all.map((client) => client.opened()));
    const owner = await ownerOf(...all);
    await owner.kill();
    await ownerOf(...all.filter((client) => client !== owner));
  });

  it('never have a second owner while the first one is suspended, and continue when it resumes', async () => {
    const first = await clients.open(dataDir);
    await first.start();
    first.process.kill('SIGSTOP');
    await assert.rejects(clients.open(dataDir, 600), { name: 'DataDirInUse' });
    first.process.kill('SIGCONT');
    assert.equal(await ownerOf(first, await clients.open(dataDir)), first);
  });

  it('take over a folder whose owner left a stale socket, or another file in its place', async () => {
    const first = await clients.open(dataDir);
    await first.kill();
    assert.ok((await stat(await socketAddress(dataDir))).isSocket());
    const second = await clients.open(dataDir);
    const third = await clients.open(dataDir);
    assert.equal(await ownerOf(second, third), second);
    await Promise.all([second.kill(), third.kill()]);
    await writeFile(await socketAddress(dataDir), 'no socket').catch(() => undefined);
    const fourth = await clients.open(dataDir);
    assert.equal(await ownerOf(fourth), fourth);
  });

  it('share a folder whose path is too long for a socket', async () => {
    const deep = await clients.folder(...Array.from({ length: 8 }, () => 'x'.repeat(20)));
    const first = await clients.open(deep);
    // TMPDIR can differ between a terminal and the desktop.
    const named = process.env['TMPDIR'];
    process.env['TMPDIR'] = await clients.folder();
    const second = clients.spawn(deep);
    if (named === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = named;
    await second.opened();
    assert.equal(await ownerOf(first, second), first);
  });

  it('refuse a folder that other users may write to', async function () {
    skipOnWindows(this, 'modes of files');
    await chmod(dataDir, 0o777);
    await assert.rejects(clients.open(dataDir), { name: 'DataDirNotPrivate' });
  });

  it('restrict the socket to this user', async function () {
    skipOnWindows(this, 'sockets among its files');
    await clients.open(dataDir);
    assert.equal((await stat(join(dataDir, 'engine.sock'))).mode & 0o777, 0o600);
  });
});

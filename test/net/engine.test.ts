import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { callNames } from '../../src/shared/call-traits.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import { openCatalog } from '../../src/worker/catalog/catalog.ts';
import { CALL_TABLE } from '../../src/worker/engine/calls/call-table.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import { waitForConnections, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';

const SOME_FILES = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`f${index}.bin`, new Uint8Array(randomBytes(32 * 1024))]),
);

describe('the engine under concurrent calls', () => {
  const network = networkPerTest();

  async function signedDraft(
    { engine, key }: TestPeer,
    name: string,
    version: string,
  ): Promise<{ draft: string; signature: Uint8Array }> {
    const root = await network.project(name, version, { 'README.md': `${name} ${version}\n` });
    const { draft, bytesToSign } = await engine.draftRelease({ root, publisher: key.id });
    return { draft, signature: key.sign(bytesToSign) };
  }

  it('of two drafts of one package signed at once publishes one, refuses the other, and loses no release', async () => {
    const peer = await network.peer();
    const { id } = await peer.publish('raced', '1.0.0');
    const drafts = [await signedDraft(peer, 'raced', '1.1.0'), await signedDraft(peer, 'raced', '1.2.0')];
    const results = await Promise.allSettled(drafts.map((draft) => peer.engine.publish(draft)));
    const published = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.version] : []));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    assert.equal(published.length, 1);
    assert.deepEqual(
      refused.map(({ name }) => name),
      ['DraftOutdated'],
    );
    const versions = await peer.engine.listVersions({ id });
    assert.deepEqual(
      versions.map(({ version }) => version),
      ['1.0.0', ...published],
    );
    assert.equal((await peer.engine.getPackage({ id })).equivocation, false);
  });

  it('publishes one draft once, however often it is submitted, and is not affected by a concurrent discard', async () => {
    const peer = await network.peer();
    const draft = await signedDraft(peer, 'twice', '1.0.0');
    const results = await Promise.allSettled([
      peer.engine.publish(draft),
      peer.engine.publish(draft),
      peer.engine.discardDraft({ draft: draft.draft }),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const to = join(await network.folder(), 'x');
    await peer.engine.install({ id: `${peer.key.id}/twice`, to });
    assert.deepEqual((await readdir(to)).sort(), ['README.md', 'gpack.toml']);
  });

  it('aborts an installation when it is closed: the call fails, and nothing is left in the folder', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('closing', '1.0.0', SOME_FILES);
    await waitForListing(reader, id, '1.0.0');
    const parent = await network.folder();
    let closing: Promise<void> | undefined;
    const install = reader.engine.install(
      { id, to: join(parent, 'deep', 'x') },
      {
        onProgress: ({ phase }) => {
          if (phase !== 'resolve') closing ??= reader.stop();
        },
      },
    );
    await assert.rejects(install, { name: 'EngineStopped' });
    await closing;
    assert.deepEqual(await readdir(parent), []);
  });

  it('removes what a killed installation left behind, and nothing else', async () => {
    const dataDir = await network.folder();
    const parent = await network.folder();
    const left = join(parent, '.ggen-staging-x-1234');
    const other = join(parent, 'precious');
    for (const folder of [left, other]) {
      await mkdir(folder);
      await writeFile(join(folder, 'file'), 'x');
    }
    const catalog = await openCatalog(dataDir);
    catalog.stagingFolders.add(left);
    catalog.stagingFolders.add(other);
    catalog.close();
    await network.peerOn(dataDir, createPublisherKey());
    assert.deepEqual(await readdir(parent), ['precious']);
  });

  it('restarts the node for settings that require it, and for no others', async () => {
    const [first, second] = await network.peers(2);
    const before = (await second.engine.status({})).node;
    const settings = { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [first.address] };
    const third = await network.peer();
    await second.engine.startNode({ ...settings, fanOut: 5, timeout: 5_000, bootstrap: [third.address] });
    const after = await second.engine.status({});
    assert.equal(after.node.startedAt, before.startedAt);
    assert.equal(after.settings?.fanOut, 5);
    await waitForConnections(second, [first, third]);
    await second.engine.startNode({ ...settings, name: 'renamed' });
    assert.notEqual((await second.engine.status({})).node.startedAt, before.startedAt);
  });

  it('remembers the settings of the last start, and reports them before the next one', async () => {
    const dataDir = await network.folder();
    const settings = { ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], fanOut: 7, name: 'kept' };
    const first = await createEngine({ dataDir, version: '0.0.0-test' });
    assert.equal((await first.status({})).settings, undefined);
    await first.startNode(settings);
    await first.close();
    const second = await createEngine({ dataDir, version: '0.0.0-test' });
    assert.deepEqual((await second.status({})).settings, settings);
    assert.equal((await second.status({})).node.state, 'stopped');
    await second.close();
    const catalog = await openCatalog(dataDir);
    catalog.db.setMeta('node-settings', JSON.stringify({ ...settings, fanOut: 'many' }));
    catalog.close();
    const third = await createEngine({ dataDir, version: '0.0.0-test' });
    assert.equal((await third.status({})).settings, undefined, 'what is of no use is not used');
    await third.close();
  });

  it('raises the reputation for a package only for the peer that sent it', async () => {
    const [publisher, half, reader] = await network.peers(3);
    const { id } = await publisher.publish('attributed', '1.0.0');
    await waitForListing(half, id, '1.0.0');
    await half.engine.install({ id, to: join(await network.folder(), 'old') });
    await publisher.publish('attributed', '1.1.0', SOME_FILES);
    await waitForListing(half, id, '1.1.0');
    await waitForListing(reader!, id, '1.1.0');
    const before = (await reader!.engine.peer({ id: half.id })).verifiedPackages;
    await reader!.engine.install({ id, version: '1.1.0', to: join(await network.folder(), 'new') });
    assert.equal((await reader!.engine.peer({ id: half.id })).verifiedPackages, before);
    assert.equal((await reader!.engine.peer({ id: publisher.id })).verifiedPackages, 1);
  });

  it('does not lower the reputation of a peer when an installation ends because the node is stopped', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('interrupted', '1.0.0', SOME_FILES);
    await waitForListing(reader, id, '1.0.0');
    const before = (await reader.engine.peer({ id: publisher.id })).failures;
    let stopping: Promise<unknown> | undefined;
    const install = reader.engine.install(
      { id, to: join(await network.folder(), 'x') },
      {
        onProgress: ({ phase }) => {
          if (phase === 'fetch') stopping ??= reader.engine.stopNode({});
        },
      },
    );
    await assert.rejects(install, { name: 'NodeNotRunning' });
    await stopping;
    assert.equal((await reader.engine.peer({ id: publisher.id })).failures, before);
  });

  it('closes sockets and node when a start fails halfway', async () => {
    const blocker = await network.peer();
    const port = /\/tcp\/(\d+)\//.exec(blocker.address)?.[1] ?? '';
    const peer = await network.peer();
    await peer.engine.stopNode({});
    const conflictingSettings = { ...DEFAULT_NODE_SETTINGS, listen: [`/ip4/127.0.0.1/tcp/${port}`] };
    await assert.rejects(peer.engine.startNode(conflictingSettings), {
      name: 'NodeStartFailed',
      message: /already in use/,
    });
    assert.equal((await peer.engine.status({})).node.state, 'failed');
    await blocker.stop();
    await eventually('the port is free', async () => {
      return peer.engine.startNode(conflictingSettings).then(
        () => true,
        () => false,
      );
    });
  });

  it('rejects every invalid request, naming the field', async () => {
    const { engine } = await network.peer();
    const withFields = callNames(engine.calls).filter((name) =>
      Object.values(CALL_TABLE[name].form as Readonly<Record<string, string>>).some((kind) => !kind.endsWith('?')),
    );
    for (const name of withFields) {
      const call = engine[name] as (request: unknown) => Promise<unknown>;
      await assert.rejects(
        call({}),
        { name: 'InvalidRequest', message: new RegExp(`The call ${name} requires`) },
        name,
      );
    }
    for (const listen of ['/ip4/0.0.0.0/udp/0/quic-v1', '/ip4/0.0.0.0/tcp/0/ws', 'tcp://x']) {
      const settings = { ...DEFAULT_NODE_SETTINGS, listen: [listen] };
      await assert.rejects(engine.startNode(settings), { name: 'InvalidAddress' }, listen);
    }
  });
});

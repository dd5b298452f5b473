import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientPool } from './client-pool.ts';
import type { ClientProcess } from './client-pool.ts';
import { hasEnoughCompletions, ROUNDS, seededRandom } from './rounds.ts';
import { lockHolders } from './lock-holders.ts';

/** Errors that a call may end with when its owner ends during it. */
const EXPECTED = new Set(['Interrupted', 'DraftNotFound', 'EngineStopped', 'TargetNotEmpty', 'Error']);

describe(`four windows, ${ROUNDS} rounds that each end one of them`, () => {
  let clients: ClientPool;
  beforeEach(() => {
    clients = new ClientPool();
  });
  afterEach(() => clients.end());

  it('have exactly one owner in each round, and lose nothing that was acknowledged', async function () {
    this.timeout(120_000 + ROUNDS * 12_000);
    const seed = Number(process.env['GGEN_SEED'] ?? Date.now() % 1_000_000);
    const random = seededRandom(seed);
    const dataDir = await clients.folder('data');
    const targets = await clients.folder('targets');
    const published: string[] = [];
    const installed: string[] = [];
    const faults: string[] = [];
    const four: ClientProcess[] = [];
    for (let index = 0; index < 4; index++) four.push(await clients.open(dataDir));
    await four[0]?.start();

    const note = (error: unknown): void => {
      const { name, message } = error as Error;
      if (!EXPECTED.has(name)) faults.push(`${name}: ${message}`);
    };
    const publish = async (client: ClientProcess, name: string): Promise<void> => {
      published.push((await client.publish(await clients.project(name))).id);
    };
    const install = async (client: ClientProcess, name: string): Promise<void> => {
      const id = published[Math.floor(random() * published.length)];
      if (id === undefined) return;
      const { path } = await client.call('install', { id, to: join(targets, name) });
      installed.push(path);
    };

    for (let round = 0; round < ROUNDS; round++) {
      const work = four.map((client, index) =>
        (index % 2 === 0 ? publish : install)(client, `round-${round}-${index}`).catch(note),
      );
      const victim = Math.floor(random() * four.length);
      await new Promise((resolve) => setTimeout(resolve, random() * 120));
      const old = four[victim];
      const way = random() < 0.6 ? 'kill' : 'close';
      const ending = old?.[way]();
      // In half of the rounds the next client starts while the previous one is still ending, like a window that reloads.
      if (random() < 0.5) await ending;
      four[victim] = clients.spawn(dataDir);
      await Promise.all([ending, ...four.map((client) => client.opened()), ...work]);
      await checkOwner(four, dataDir, `seed ${seed}, round ${round}, ${way}`);
      await checkNode(four, round);
      assert.deepEqual(faults, [], `seed ${seed}, round ${round}`);
    }
    const [one] = four;
    assert.ok(one !== undefined && published.length > ROUNDS / 4 && hasEnoughCompletions(installed.length, ROUNDS));
    for (const id of published) assert.ok(await one.call('exists', { id, version: '1.0.0' }), `${id}, seed ${seed}`);
    const known = new Set((await one.call('installed', {})).map(({ path }) => path));
    for (const path of installed) {
      assert.ok(known.has(path), `${path}, seed ${seed}`);
      await access(join(path, 'README.md'));
    }
  });

  async function checkOwner(four: readonly ClientProcess[], dataDir: string, where: string): Promise<void> {
    const owners = (await Promise.all(four.map((client) => client.status()))).map(({ owner }) => owner);
    assert.equal(new Set(owners.map((owner) => owner?.pid)).size, 1, where);
    assert.equal(owners.filter((owner) => owner?.self).length, 1, where);
    const lockPids = await lockHolders(join(dataDir, 'catalog.sqlite'));
    if (lockPids !== undefined) assert.deepEqual(lockPids, [owners[0]?.pid], where);
  }

  /** The node runs under every owner, as long as one client knows of it. */
  async function checkNode(four: readonly ClientProcess[], round: number): Promise<void> {
    const [status] = await Promise.all(four.slice(0, 1).map((client) => client.status()));
    assert.equal(status?.node.state, 'running', `round ${round}`);
  }
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { createEngine } from '../../src/worker/engine/engine.ts';
import type { LocalEngine } from '../../src/worker/engine/engine.ts';
import { seededRandom } from '../unit/worker/seeded-random.ts';
import { readTree } from '../net/helpers/trees.ts';
import { ChildPool } from './child-pool.ts';
import type { ChildOutcome } from './child-pool.ts';

/** Kills while publishing, and as many while installing. `GGEN_KILLS=5000` for a long run, `GGEN_KILL_SEED` to repeat one. */
const KILLS = Number(process.env['GGEN_KILLS'] ?? 100);
const SEED = Number(process.env['GGEN_KILL_SEED'] ?? 1 + (Date.now() % 1_000_000));
/** Runs without a kill, to measure how long one takes. */
const UNINTERRUPTED_RUNS = 5;
/** Timeout per kill, for a slow machine. */
const ROUND_TIMEOUT_MS = 3_000;

describe(`killed at ${2 * KILLS} random moments (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const key = createPublisherKey();
  let folder: string;
  let children: ChildPool;

  before(async function () {
    this.timeout(240_000);
    folder = await mkdtemp(join(tmpdir(), 'ggen-kill-'));
    children = await ChildPool.prepare(folder);
  });
  after(async () => {
    await children.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Inspect the state that a killed engine left, with a new engine. */
  async function withReopenedEngine<T>(dataDir: string, look: (engine: LocalEngine) => Promise<T>): Promise<T> {
    const engine = await createEngine({ dataDir, version: '0.0.0-kill' });
    try {
      return await look(engine);
    } finally {
      await engine.close();
    }
  }

  /** A package's files at a version: a few small ones, some the same in all versions, and one of several blocks. */
  function filesAt(name: string, version: string): Map<string, string> {
    const files = new Map<string, string>();
    for (let index = 0; index < 8; index++) {
      const same = index % 3 === 0;
      files.set(`dir${index % 4}/file${index}.txt`, `${name} ${same ? 'all' : version} ${index}\n`.repeat(20));
    }
    files.set(`only-in-${version}.txt`, version);
    files.set('large.bin', `${version}\n`.repeat(160_000));
    files.set('gpack.toml', manifest(name, version));
    return files;
  }

  async function writeProject(root: string, files: ReadonlyMap<string, string>): Promise<void> {
    await rm(root, { recursive: true, force: true });
    for (const [path, text] of files) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }

  /** A random moment during a whole run, or shortly after it. */
  function randomKillTimes(uninterrupted: readonly ChildOutcome[]): () => number {
    const longest = Math.max(...uninterrupted.map(({ durationMs }) => durationMs));
    return () => random() * longest * 1.1;
  }

  function assertAcknowledged(outcomes: readonly ChildOutcome[]): void {
    for (const { acknowledged, failed } of outcomes) assert.ok(acknowledged, failed);
  }

  it('publishing: a release is stored completely or not at all, and acknowledged releases stay', async function () {
    this.timeout(240_000 + KILLS * ROUND_TIMEOUT_MS);
    const dataDir = join(folder, 'publisher');
    const root = join(folder, 'project');
    const acknowledged: string[] = [];
    let unpublished = 0;
    let next = 1;
    const round = async (killAfter?: number): Promise<ChildOutcome> => {
      const version = `0.0.${next++}`;
      await writeProject(root, filesAt('killed', version));
      const outcome = await children.run({ dataDir, job: { kind: 'publish', root, secret: key.secret() } }, killAfter);
      if (outcome.acknowledged) acknowledged.push(version);
      await withReopenedEngine(dataDir, async (engine) => {
        const listed =
          acknowledged.length === 0 && !(await engine.exists({ id: 'killed' })) ? [] : await releases(engine);
        for (const one of acknowledged) assert.ok(listed.includes(one), `${one} was acknowledged (seed ${SEED})`);
        if (listed.includes(version)) await assertComplete(engine, `${key.id}/killed`, version);
        else unpublished++;
        assert.deepEqual(await readdir(join(dataDir, 'drafts')).catch(() => []), [], 'no draft is left');
      });
      return outcome;
    };
    const releases = async (engine: LocalEngine): Promise<string[]> =>
      (await engine.listVersions({ id: 'killed' })).map(({ version }) => version);
    const uninterrupted: ChildOutcome[] = [];
    for (let index = 0; index < UNINTERRUPTED_RUNS; index++) uninterrupted.push(await round());
    assertAcknowledged(uninterrupted);
    const nextKillTime = randomKillTimes(uninterrupted);
    for (let index = 0; index < KILLS; index++) await round(nextKillTime());
    assert.ok(
      KILLS < 20 || (unpublished > 0 && unpublished < KILLS),
      `kills came before and after the end: ${unpublished} of ${KILLS}`,
    );
    // Every release can still be installed.
    await withReopenedEngine(dataDir, async (engine) => {
      const to = join(folder, 'last');
      const version = acknowledged.at(-1) ?? '';
      await engine.install({ id: 'killed', version, to });
      assert.deepEqual(texts(await readTree(to)), new Map([...filesAt('killed', version)].sort()));
    });
  });

  it('installing: folders, lock file and catalog are all old or all new, with no intermediate state', async function () {
    this.timeout(240_000 + KILLS * ROUND_TIMEOUT_MS);
    const dataDir = join(folder, 'installer');
    const project = join(folder, 'consumer');
    const versions = ['1.0.0', '1.1.0'];
    const names = ['first', 'second'];
    await mkdir(project);
    await withReopenedEngine(dataDir, async (engine) => {
      for (const version of versions) {
        for (const name of names) {
          const root = join(folder, 'project');
          await writeProject(root, filesAt(name, version));
          const draft = await engine.draftRelease({ root, publisher: key.id });
          await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
        }
      }
    });
    /** The last complete state; undefined before the first installation. */
    let currentVersion: string | undefined;
    let changed = 0;
    const round = async (killAfter?: number): Promise<ChildOutcome> => {
      const wanted = currentVersion === '1.0.0' ? '1.1.0' : '1.0.0';
      const packages = names.map((name) => `${key.id}/${name}@${wanted}`);
      const outcome = await children.run({ dataDir, job: { kind: 'install', project, packages } }, killAfter);
      await withReopenedEngine(dataDir, async (engine) => {
        const rows = await engine.installed({});
        const found = [...new Set(rows.map(({ version }) => version))];
        assert.ok(found.length <= 1 && (rows.length === 0 || rows.length === 2), 'one state for both packages');
        const [state] = found;
        assert.ok(state === currentVersion || state === wanted, 'old or new');
        if (outcome.acknowledged) assert.equal(state, wanted, `it was acknowledged (seed ${SEED})`);
        if (state !== currentVersion) changed++;
        currentVersion = state;
        assert.deepEqual(texts(await readTree(project)), new Map([...(await expected(state))].sort()), `seed ${SEED}`);
      });
      // The user's own file always stays.
      if (currentVersion !== undefined) await writeFile(join(project, 'packages', 'first', 'mine.txt'), 'mine\n');
      return outcome;
    };
    const expected = async (state: string | undefined): Promise<Map<string, string>> => {
      const tree = new Map<string, string>();
      if (state === undefined) return tree;
      for (const name of names) {
        for (const [path, text] of filesAt(name, state)) tree.set(`packages/${name}/${path}`, text);
      }
      const lock = await readFile(join(project, 'ggen.lock'), 'utf8');
      assert.equal(lock.split(`version = "${state}"`).length, 3, 'the lock file says the same');
      tree.set('ggen.lock', lock);
      if (hasUserFile) tree.set('packages/first/mine.txt', 'mine\n');
      hasUserFile = true;
      return tree;
    };
    let hasUserFile = false;
    const uninterrupted: ChildOutcome[] = [];
    for (let index = 0; index < UNINTERRUPTED_RUNS; index++) uninterrupted.push(await round());
    assertAcknowledged(uninterrupted);
    const nextKillTime = randomKillTimes(uninterrupted.slice(1));
    changed = 0;
    for (let index = 0; index < KILLS; index++) await round(nextKillTime());
    assert.ok(KILLS < 20 || (changed > 0 && changed < KILLS), `kills came before and after: ${changed} of ${KILLS}`);
  });
});

function manifest(name: string, version: string): string {
  return `[gpack]\nid = "${name}"\nname = "${name}"\nversion = "${version}"\ndescription = "d"\nlicense = "MIT"\nggen_compat = ">=1"\n`;
}

function texts(tree: ReadonlyMap<string, Buffer>): Map<string, string> {
  return new Map([...tree].map(([path, bytes]) => [path, bytes.toString()] as const).sort());
}

/** Whether every block of a release is stored. */
async function assertComplete(engine: LocalEngine, id: string, version: string): Promise<void> {
  const project = await mkdtemp(join(tmpdir(), 'ggen-kill-plan-'));
  try {
    const { bytesToFetch } = await engine.planInstall({ project, mode: 'add', packages: [`${id}@${version}`] });
    assert.equal(bytesToFetch, 0, `${version} is complete`);
  } finally {
    await rm(project, { recursive: true });
  }
}

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPublisherKey } from '../../../src/identity/publisher-key.ts';
import { createEngine } from '../../../src/worker/engine/engine.ts';
import type { LocalEngine } from '../../../src/worker/engine/engine.ts';
import { TestNetwork } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';
import { ChildPool } from '../../kill/child-pool.ts';
import type { JobRequest } from '../../kill/child.ts';
import { skipIf } from '../../skip.ts';

describe('installing with a full disk, missing permissions or a wrong clock', () => {
  const network = new TestNetwork();
  const key = createPublisherKey();
  let folder: string;
  let dataDir: string;
  let children: ChildPool;

  before(async function () {
    this.timeout(240_000);
    folder = await network.folder();
    dataDir = join(folder, 'data');
    children = await ChildPool.prepare(folder);
    await withEngine(async (engine) => {
      await publish(engine, '1.0.0', { 'small.txt': 'one\n' });
      await publish(engine, '2.0.0', { 'small.txt': 'two\n', 'large.bin': randomBytes(3_000_000) });
    });
  });
  after(async () => {
    await children.close();
    await network.close();
  });

  async function withEngine<T>(work: (engine: LocalEngine) => Promise<T>): Promise<T> {
    const engine = await createEngine({ dataDir, version: '0.0.0-test' });
    try {
      return await work(engine);
    } finally {
      await engine.close();
    }
  }

  async function publish(
    engine: LocalEngine,
    version: string,
    files: Record<string, string | Uint8Array>,
  ): Promise<void> {
    const root = await network.project('heavy', version, files);
    const draft = await engine.draftRelease({ root, publisher: key.id });
    await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
  }

  const install = (project: string, version: string): JobRequest => ({
    dataDir,
    job: { kind: 'install', project, packages: [`heavy@${version}`] },
  });

  it('keeps the old state when the disk is full, and continues once there is space', async () => {
    const project = await network.folder();
    assert.equal((await children.run(install(project, '1.0.0'))).failed, undefined);
    const before = await readTree(project);
    // A file size limit of 2 MiB: the kernel refuses to write on, as on a full disk.
    const { failed } = await children.run(install(project, '2.0.0'), undefined, { maxFileBlocks: 4_096 });
    assert.match(failed ?? '', /^TargetNotWritable: .* could not be written: a file is larger than this system allows/);
    assert.deepEqual(await readTree(project), before);
    await withEngine(async (engine) => {
      assert.deepEqual(
        (await engine.installed({})).map(({ version }) => version),
        ['1.0.0'],
      );
    });
    assert.equal((await children.run(install(project, '2.0.0'))).failed, undefined);
    assert.equal((await readTree(project)).get('packages/heavy/large.bin')?.length, 3_000_000);
  });

  it('publishes nothing when blocks cannot be stored, and leaves no draft', async () => {
    const root = await network.project('heavy', '3.0.0', { 'large.bin': randomBytes(3_000_000) });
    const request: JobRequest = { dataDir, job: { kind: 'publish', root, secret: key.secret() } };
    const { failed, acknowledged } = await children.run(request, undefined, { maxFileBlocks: 1_024 });
    assert.equal(acknowledged, false);
    assert.notEqual(failed, undefined);
    await withEngine(async (engine) => {
      assert.equal(await engine.exists({ id: 'heavy', version: '3.0.0' }), false);
      assert.deepEqual(await readdir(join(dataDir, 'drafts')).catch(() => []), []);
    });
  });

  it('keeps the old state on a full disk', async function () {
    const project = join(folder, 'tmpfs');
    await mkdir(project);
    const mounted = await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'ggen-test', project]).then(
      () => true,
      () => false,
    );
    // The test above covers a file size limit without mounting a disk.
    skipIf(this, !mounted, 'only root may mount a disk');
    try {
      await withEngine(async (engine) => {
        const first = await engine.planInstall({ project, mode: 'add', packages: ['heavy@1.0.0'] });
        await engine.applyPlan({ plan: first.plan });
        const before = await readTree(project);
        const { plan } = await engine.planInstall({ project, mode: 'add', packages: ['heavy@2.0.0'] });
        await assert.rejects(engine.applyPlan({ plan }), { name: 'TargetNotWritable', message: /the disk is full/ });
        assert.deepEqual(await readTree(project), before);
        const to = join(project, 'out.car');
        await assert.rejects(engine.exportPackage({ id: 'heavy', version: '2.0.0', to }), {
          name: 'TargetNotWritable',
        });
        assert.deepEqual(await readTree(project), before);
      });
    } finally {
      await promisify(execFile)('umount', [project]);
    }
  });

  it('reports missing write permission before anything is fetched, and changes nothing', async () => {
    const project = await network.folder();
    await chmod(project, 0o555);
    const { failed } = await children.run(install(project, '1.0.0'), undefined, { enforcePermissions: true });
    await chmod(project, 0o755);
    assert.match(failed ?? '', /^TargetNotWritable: .*permission is denied/);
    assert.deepEqual(await readdir(project), []);
  });

  it('is not affected by clock jumps', async () => {
    const project = await network.folder();
    const { now } = Date;
    const jump = (milliseconds: number): void => {
      Date.now = () => now() + milliseconds;
    };
    const day = 24 * 60 * 60 * 1000;
    try {
      await withEngine(async (engine) => {
        await publish(engine, '4.0.0', { 'a.txt': 'now\n' });
        await publish(engine, '4.1.0', { 'a.txt': 'later\n' });
        jump(-day);
        const { plan } = await engine.planInstall({ project, mode: 'add', packages: ['heavy@^4'] });
        jump(3_650 * day);
        await engine.applyPlan({ plan });
        jump(-3_650 * day);
        const { plan: back } = await engine.planInstall({ project, mode: 'add', packages: ['heavy@4.0.0'] });
        await engine.applyPlan({ plan: back });
        const path = join(project, 'packages', 'heavy');
        assert.deepEqual((await engine.verifyInstalled({ path })).changed, []);
        assert.equal((await readTree(path)).get('a.txt')?.toString(), 'now\n');
      });
      await withEngine(async (engine) => {
        assert.ok((await engine.listVersions({ id: 'heavy' })).some(({ version }) => version === '4.1.0'));
      });
    } finally {
      Date.now = now;
    }
  });
});

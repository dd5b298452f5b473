import assert from 'node:assert/strict';
import { spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { findLeftovers, RUN_ID_VARIABLE } from '../../scripts/test/leftovers.ts';
import { exitOf, spawnOwned, stop } from '../../scripts/lib/processes.ts';
import { eventually } from '../editor/harness/eventually.ts';
import { skipIf, skipOnWindows } from '../skip.ts';

const FOREVER = 'setInterval(() => {}, 1000);';
const DEAF = `process.on('SIGTERM', () => {}); process.stdout.write('up'); ${FOREVER}`;
const PARENT = `
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(FOREVER)}]);
  process.stdout.write(String(child.pid));
  ${FOREVER}`;

function runNode(script: string, env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return spawnOwned(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'], env });
}

async function firstOutput(child: ChildProcess): Promise<string> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  return chunk.toString();
}

function isAlive(pid: number): boolean {
  // A process that ended is listed as a zombie until its parent collects its exit code.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

describe('child processes of the scripts', function () {
  before(function () {
    skipOnWindows(this, 'signals');
  });

  it('report their exit code', async () => {
    assert.equal(await exitOf(runNode('process.exitCode = 3')), 3);
  });

  it('reject when they cannot be started', async () => {
    await assert.rejects(exitOf(spawnOwned('/nowhere/nothing', [])), { code: 'ENOENT' });
  });

  it('end with all of their descendants', async () => {
    const parent = runNode(PARENT);
    const pid = Number(await firstOutput(parent));
    assert.equal(isAlive(pid), true);
    await stop(parent);
    await eventually('the end of the child', () => !isAlive(pid));
  });

  it('end with the process that started them', async () => {
    const owner = runNode(`
      import(${JSON.stringify(import.meta.resolve('../../scripts/lib/processes.ts'))}).then(({ spawnOwned }) => {
        const child = spawnOwned(process.execPath, ['-e', ${JSON.stringify(DEAF)}], { stdio: ['ignore', 'pipe', 'inherit'] });
        child.stdout.once('data', () => process.stdout.write(String(child.pid)));
        ${FOREVER}
      });`);
    const pid = Number(await firstOutput(owner));
    assert.equal(isAlive(pid), true);
    owner.kill('SIGTERM');
    assert.equal(await exitOf(owner), 143);
    await eventually('the end of the child', () => !isAlive(pid));
  });

  it('are killed when they ignore SIGTERM', async () => {
    const child = runNode(DEAF);
    await firstOutput(child);
    await stop(child, 100);
    assert.equal(child.signalCode, 'SIGKILL');
  });

  it('are found by their run id', async function () {
    skipIf(this, process.platform !== 'linux', 'only Linux tells the environment of processes');
    const runId = randomUUID();
    const child = runNode(DEAF, { ...process.env, [RUN_ID_VARIABLE]: runId });
    await firstOutput(child);
    assert.deepEqual(
      (await findLeftovers(runId)).map(({ pid }) => pid),
      [child.pid],
    );
    child.kill('SIGKILL');
    await stop(child);
    assert.deepEqual(await findLeftovers(runId), []);
  });
});

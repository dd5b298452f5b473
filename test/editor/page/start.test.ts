import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { exitOf, spawnOwned, stop } from '../../../scripts/lib/processes.ts';
import { openWindow, type EditorWindow } from '../harness/editor.ts';

interface Started {
  readonly url: string;
  readonly folder: string;
  readonly peers: readonly { readonly peerId: string; readonly addresses: readonly string[] }[];
}

/** The line that `npm start -- --once` prints when everything runs; undefined when it exits first. */
async function startedLine(child: ChildProcess): Promise<Started | undefined> {
  for await (const line of createInterface(child.stdout!)) {
    if (line.startsWith('{')) return JSON.parse(line) as Started;
  }
  return undefined;
}

describe('npm start', () => {
  const cleanup = new AsyncDisposableStack();
  let child: ChildProcess;
  let started: Started;
  let window: EditorWindow;

  before(async () => {
    child = spawnOwned(process.execPath, [join(ROOT, 'scripts/run.mjs'), 'start', '--once'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanup.defer(() => stop(child));
    const line = await startedLine(child);
    assert.ok(line !== undefined, 'npm start ended before it was up');
    started = line;
    window = await openWindow(started.url);
    cleanup.defer(() => window.close());
  });

  after(() => cleanup.disposeAsync());

  it('opens VS Code connected to two peers with the three examples', async () => {
    const { workbench } = window;
    const start = performance.now();
    await workbench.openView('Ggen');
    await workbench.view('Peers').waitForRow(/^ada /);
    await workbench.view('Peers').waitForRow(/^grace /);
    for (const name of ['cli-subcommand', 'rust-error-types', 'sql-from-shapes']) {
      await workbench.view('Packages').waitForRow(new RegExp(`${name} `));
    }
    console.log(`      ${Math.round(performance.now() - start)} ms after the window stood`);
    await workbench.screenshot('start');
    assert.equal(started.peers.length, 2);
  });

  it('opens a copy of the sample project', async () => {
    assert.notEqual(started.folder, join(ROOT, 'examples/sample-project'));
    await window.workbench.openFile('reading-time.js');
  });

  it('stops all processes on request, and removes its files', async () => {
    await window.close();
    child.kill('SIGTERM');
    assert.equal(await exitOf(child), 0);
    assert.equal(existsSync(started.folder), false);
  });
});

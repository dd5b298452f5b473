import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { nodeFolder } from '../../../scripts/lib/vscode-server.ts';
import { workbenchUrl } from '../../../scripts/lib/workbench-url.ts';
import { connectToSocket } from '../../../src/rpc/socket-server.ts';
import { socketAddress } from '../../../src/worker/ownership/socket-address.ts';
import type { Editor, EditorWindow } from '../harness/editor.ts';
import { openEditor, openWindow } from '../harness/editor.ts';
import { eventually } from '../harness/eventually.ts';
import type { HeadlessPeer } from '../harness/peer.ts';
import { startPeer } from '../harness/peer.ts';
import { copyExample } from '../harness/project.ts';
import type { TemporaryProject } from '../harness/project.ts';
import { testSettings } from '../harness/settings.ts';

/** Two windows of one user share one node. */
describe('two windows', () => {
  const cleanup = new AsyncDisposableStack();
  let peer: HeadlessPeer;
  let first: Editor;
  let second: EditorWindow;
  let project: TemporaryProject;

  before(async () => {
    peer = await startPeer({ publish: [join(ROOT, 'examples', 'rust-error-types')] });
    cleanup.defer(() => peer.stop());
    const empty = await mkdtemp(join(tmpdir(), 'ggen-window-'));
    cleanup.defer(() => rm(empty, { recursive: true, force: true, maxRetries: 5 }));
    project = await copyExample();
    cleanup.defer(() => project.remove());
    first = await openEditor({ folder: empty, settings: testSettings(peer.addresses.slice(0, 1)) });
    cleanup.defer(() => first.close());
    await first.workbench.openView('Ggen');
    await first.workbench.view('Packages').waitForRow(/^On the network 1$/);
    second = await openWindow(workbenchUrl(first.server.url, { folder: project.folder }));
    cleanup.defer(() => second.close());
    await second.workbench.openView('Ggen');
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await first.workbench.screenshot(`failed first ${this.currentTest.title}`).catch(() => undefined);
    await second.workbench.screenshot(`failed second ${this.currentTest.title}`);
  });

  /** Process ID of the owner, which runs the node of these windows. */
  async function ownerPid(): Promise<number> {
    const engine = await connectToSocket(await socketAddress(nodeFolder(first.server.dataDir)));
    try {
      const { owner } = await engine.status({});
      return owner?.pid ?? engine.server.pid;
    } finally {
      engine.close();
    }
  }

  it('show the same peers and packages, and the peer sees one node', async () => {
    await second.workbench.view('Packages').waitForRow(/^On the network 1$/);
    await second.workbench.view('Peers').waitForRow(/^…/);
    assert.equal(await second.workbench.statusBarText('ggen.status'), 'Ggen: 1 peer');
    const ids = new Set(peer.events.filter(({ event }) => event === 'peer').map(({ id }) => id));
    assert.equal(ids.size, 1);
  });

  it('see immediately what the other one publishes', async () => {
    await second.workbench.runCommand('Ggen: Publish Project…');
    await second.workbench.quickInput.choose('Publish reading-time 1.0.0');
    await second.workbench.notifications.waitFor(/^Published reading-time 1\.0\.0/);
    await first.workbench.view('Packages').waitForRow(/^Published 1$/);
  });

  it('keep working in the second window when the first one closes', async () => {
    const owner = await ownerPid();
    // The server keeps the processes of a closed window for a reconnect; killing them ends the window for good.
    await first.page.close();
    process.kill(owner, 'SIGKILL');
    await eventually('another process runs the node', async () => (await ownerPid().catch(() => owner)) !== owner);
    await second.workbench.view('Packages').waitForRow(/^Published 1$/);
    await second.workbench.view('Packages').waitForRow(/^On the network 1$/);
    await eventually(
      'the peer is connected again',
      async () => (await second.workbench.statusBarText('ggen.status')) === 'Ggen: 1 peer',
    );
    await second.workbench.screenshot('two-windows-second');
    await changeVersion(join(project.folder, 'package.json'), '1.0.1');
    await second.workbench.runCommand('Ggen: Publish Project…');
    await second.workbench.quickInput.choose('Publish reading-time 1.0.1');
    await second.workbench.notifications.waitFor(/^Published reading-time 1\.0\.1/);
    await peer.waitFor('package', ({ version }) => version === '1.0.1');
    await second.workbench.view('Packages').pressInline(/^rust-error-types/, 'Install');
    await second.workbench.quickInput.choose(/packages\/.*rust-error-types$/);
    await second.workbench.quickInput.choose(/Install .*rust-error-types/);
    await second.workbench.notifications.waitFor(/^Installed .*rust-error-types/);
  });
});

async function changeVersion(manifest: string, version: string): Promise<void> {
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(/"version": "[^"]*"/, `"version": "${version}"`));
}

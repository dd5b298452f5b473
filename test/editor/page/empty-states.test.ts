import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Editor } from '../harness/editor.ts';
import { openEditor } from '../harness/editor.ts';
import { startPeer } from '../harness/peer.ts';
import { nodeFolder } from '../../../scripts/lib/vscode-server.ts';
import { testSettings } from '../harness/settings.ts';
import { eventually } from '../harness/eventually.ts';

const MANUAL_START_SETTINGS = { ...testSettings(), 'ggen.node.autoStart': false };

/** A window on an empty folder, without peers. */
describe('empty views in the window', () => {
  const cleanup = new AsyncDisposableStack();
  let editor: Editor;
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ggen-empty-'));
    cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    editor = await openEditor({ folder, settings: MANUAL_START_SETTINGS });
    cleanup.defer(() => editor.close());
    await editor.workbench.openView('Ggen');
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.workbench.screenshot(`failed ${this.currentTest.title}`);
  });

  it('say that the node is stopped, and start it', async () => {
    const { workbench } = editor;
    await workbench.view('Packages').waitForWelcome(/node is stopped.*Start Node/s);
    await workbench.view('Peers').waitForWelcome(/node is stopped.*Start Node/s);
    assert.equal(await workbench.statusBarText('ggen.status'), 'Ggen: stopped');
    await workbench.screenshot('welcome-stopped');
  });

  it('search local packages, and offer to start the node for more results', async () => {
    const { workbench } = editor;
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Search Packages…');
    await eventually('a note that the node is stopped', async () =>
      (await quickInput.rows()).some(({ description }) => description.startsWith('The node is stopped')),
    );
    await workbench.screenshot('search-stopped');
    await quickInput.cancel();
    await workbench.view('Peers').pressWelcome('Start Node');
    await eventually('a running node', async () => (await workbench.statusBarText('ggen.status')) === 'Ggen: 0 peers');
  });

  it('say that no peer is connected', async () => {
    const { workbench } = editor;
    await workbench.view('Packages').waitForWelcome(/no peer is connected.*Connect to Peer/s);
    await workbench.view('Peers').waitForWelcome(/no peer is connected.*Connect to Peer/s);
    await workbench.screenshot('welcome-no-peers');
    await workbench.runCommand('Ggen: Search Packages…');
    await eventually(
      'a note that no peer is connected',
      async () =>
        (await workbench.quickInput.rows()).some(({ description }) => description.includes('no peer is connected')),
      { seen: async () => JSON.stringify(await workbench.quickInput.rows()) },
    );
    await workbench.quickInput.cancel();
  });

  it('say what is missing when there is no manifest', async () => {
    const { workbench } = editor;
    await workbench.runCommand('Ggen: Publish Project…');
    const { severity } = await workbench.notifications.waitFor(/manifest/i);
    assert.equal(severity, 'error');
    await workbench.notifications.clear();
  });

  it('accept the address of a peer, and reject an invalid one while it is typed', async () => {
    const { workbench } = editor;
    const peer = await startPeer();
    cleanup.defer(() => peer.stop());
    await workbench.view('Packages').pressWelcome('Connect to Peer');
    await workbench.quickInput.type('/ip4/127.0.0.1/tcp/4001');
    await workbench.quickInput.waitForMessage(/must end in \/p2p/);
    await workbench.screenshot('add-peer');
    await workbench.quickInput.type(peer.addresses[0] ?? '');
    await workbench.quickInput.accept();
    await workbench.notifications.waitFor(/^Connected\./);
    await workbench.view('Packages').waitForWelcome(/no packages have been published.*Publish Project/s);
    await workbench.view('Peers').waitForRow(/127\.0\.0\.1/);
    await workbench.screenshot('welcome-no-packages');
    await workbench.notifications.clear();
  });

  it('offer commands that fit the state, and no others', async () => {
    const { workbench } = editor;
    const offered = async (title: string): Promise<boolean> => (await workbench.paletteTitles(title)).includes(title);
    assert.equal(await offered('Ggen: Stop Node'), true);
    assert.equal(await offered('Ggen: Start Node'), false);
    assert.equal(await offered('Ggen: Load More'), false);
    await workbench.runCommand('Ggen: Stop Node');
    await workbench.view('Peers').waitForWelcome(/node is stopped/);
    assert.equal(await offered('Ggen: Start Node'), true);
  });
});

describe('an engine that cannot start', () => {
  const cleanup = new AsyncDisposableStack();
  after(() => cleanup.disposeAsync());

  it('shows the reason, and starts again after the cause is removed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ggen-failed-'));
    cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const opened = await openEditor({ folder, settings: MANUAL_START_SETTINGS });
    cleanup.defer(() => opened.close());
    const { workbench, server } = opened;
    // Another process owns the data folder and does not answer.
    const data = nodeFolder(server.dataDir);
    await mkdir(data, { recursive: true, mode: 0o700 });
    const other = new DatabaseSync(join(data, 'catalog.sqlite'));
    cleanup.defer(() => {
      if (other.isOpen) other.close();
    });
    other.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE mine (a)');
    await workbench.openView('Ggen');
    await workbench.view('Packages').waitForWelcome(/is running the Ggen node but is not responding.*Restart Node/s);
    await workbench.view('Peers').waitForWelcome(/no peers can connect.*Show Status/s);
    assert.equal(await workbench.statusBarText('ggen.status'), 'Ggen: failed');
    await workbench.screenshot('welcome-failed');

    other.exec('DROP TABLE mine');
    other.close();
    await workbench.view('Packages').pressWelcome('Restart Node');
    await workbench.view('Peers').waitForWelcome(/The node is running/);
  });
});

describe('a workspace that is not trusted', () => {
  const cleanup = new AsyncDisposableStack();
  after(() => cleanup.disposeAsync());

  it('shows Restricted Mode, and publishes nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ggen-untrusted-'));
    cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const settings = { ...testSettings(), 'security.workspace.trust.startupPrompt': 'never' };
    const opened = await openEditor({ folder, settings, workspaceTrust: true });
    const { workbench } = opened;
    cleanup.defer(() => opened.close());
    await workbench.openView('Ggen');
    await workbench.view('Packages').waitForWelcome(/Restricted Mode.*Manage Workspace Trust/s);
    await workbench.screenshot('welcome-untrusted');
    const offered = async (title: string): Promise<boolean> => (await workbench.paletteTitles(title)).includes(title);
    assert.equal(await offered('Ggen: Search Packages…'), true);
    assert.equal(await offered('Ggen: Publish Project…'), false);
  });
});

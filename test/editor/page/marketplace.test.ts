import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';
import type { Editor } from '../harness/editor.ts';
import { openEditor } from '../harness/editor.ts';
import { eventually } from '../harness/eventually.ts';
import { chooseMenuItem } from '../harness/menu.ts';
import type { HeadlessPeer } from '../harness/peer.ts';
import { startPeer } from '../harness/peer.ts';
import type { TemporaryProject } from '../harness/project.ts';
import { copyExample } from '../harness/project.ts';
import { testSettings } from '../harness/settings.ts';
import type { Workbench } from '../harness/workbench.ts';
import { startStallingPeer } from './stalling-peer.ts';

const EXAMPLES = ['rust-cli-subcommand', 'rust-error-types', 'sql-from-shapes'] as const;

/** A window connected to two peers with packages; the tests run in the order of a user's first session. */
describe('marketplace in the window', () => {
  const cleanup = new AsyncDisposableStack();
  let project: TemporaryProject;
  let peers: readonly [HeadlessPeer, HeadlessPeer];
  let editor: Editor;
  let workbench: Workbench;

  before(async () => {
    const first = await startPeer({ publish: EXAMPLES.map((name) => join(ROOT, 'examples', name)) });
    cleanup.defer(() => first.stop());
    const second = await startPeer({ bootstrap: first.addresses.slice(0, 1) });
    cleanup.defer(() => second.stop());
    peers = [first, second];
    project = await copyExample();
    cleanup.defer(() => project.remove());
    const settings = testSettings(peers.map(({ addresses }) => addresses[0] ?? ''));
    editor = await openEditor({ folder: project.folder, settings });
    cleanup.defer(() => editor.close());
    ({ workbench } = editor);
    await workbench.openView('Ggen');
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.quickInput.cancel();
    await workbench.notifications.clear();
  });

  it('lists both peers, with address, connection time and round-trip time', async () => {
    const view = workbench.view('Peers');
    const rows = await eventually('two peers with their round-trip times', async () => {
      const all = await view.treeRows();
      return all.length === 2 && all.every(({ description }) => description.includes(' ms')) && all;
    });
    for (const { description, accessibleLabel } of rows) {
      assert.match(description, /^127\.0\.0\.1:\d+ · \d[\d.]* ms · since ./);
      assert.match(accessibleLabel, /^Peer …/);
    }
    assert.equal(await workbench.statusBarText('ggen.status'), 'Ggen: 2 peers');
  });

  it("lists the peers' packages, and a package's releases", async () => {
    const view = workbench.view('Packages');
    await view.waitForRow(/^On the network 3$/);
    const rows = await view.treeRows();
    assert.deepEqual(
      rows.filter(({ level }) => level === 1).map(({ label, description }) => `${label}: ${description}`),
      ['Published: nothing yet', 'Installed: nothing yet', 'On the network: 3'],
    );
    const pack = rows.find(({ level, label }) => level === 2 && label.includes('sql-from-shapes'));
    assert.ok(pack !== undefined, JSON.stringify(rows));
    assert.match(pack.description, /^\d+\.\d+\.\d+.* · by z6Mk….{4} · on [12] peers? · /);
    await view.expand(pack.label);
    await view.waitForRow(/^\d+\.\d+\.\d+ .*B · /);
    await workbench.screenshot('views');
  });

  it('publishes the open project from the command palette; the peers list it within a second', async () => {
    await workbench.runCommand('Ggen: Publish Project…');
    const { quickInput } = workbench;
    await quickInput.waitForRow('Publish reading-time 1.0.0');
    const rows = await quickInput.stableRows();
    const described = (label: string): string | undefined => rows.find((row) => row.label === label)?.description;
    assert.match(described('Publish reading-time 1.0.0') ?? '', /^\d+ files, .*B$/);
    assert.match(described('Namespace') ?? '', /^z6Mk….{4} \(you\)$/);
    assert.equal(described('Version'), '1.0.0 (first release)');
    assert.equal(described('License'), 'MIT');
    assert.match(described('package.json') ?? '', /^\d+ B, always packed by npm$/);
    await workbench.screenshot('publish-preview');

    await quickInput.choose('Publish reading-time 1.0.0');
    const start = performance.now();
    await Promise.all(peers.map((peer) => peer.waitFor('package', ({ name }) => name === 'reading-time')));
    console.log(`      both peers list it ${Math.round(performance.now() - start)} ms after the confirmation`);
    const { message } = await workbench.notifications.waitFor(/^Published reading-time 1\.0\.0: \d+ files, /);
    assert.match(message, /Announced to 2 peers\.$/);
    await workbench.view('Packages').waitForRow(/^Published 1$/);
    await workbench.screenshot('published');
  });

  it('explains the publisher key once', async () => {
    // Close the notice about the key, then publish again.
    await writeFile(join(project.folder, 'package.json'), await withVersion('1.0.1'));
    await workbench.runCommand('Ggen: Publish Project…');
    await workbench.quickInput.choose('Publish reading-time 1.0.1');
    await workbench.notifications.waitFor(/^Published reading-time 1\.0\.1/);
    const all = await workbench.notifications.list();
    assert.deepEqual(
      all.filter(({ message }) => message.startsWith('You publish as')),
      [],
    );
  });

  it('does not publish when the preview is dismissed', async () => {
    await writeFile(join(project.folder, 'package.json'), await withVersion('9.9.9'));
    await workbench.runCommand('Ggen: Publish Project…');
    await workbench.quickInput.waitForRow('Publish reading-time 9.9.9');
    await workbench.quickInput.cancel();
    await workbench.quickInput.waitUntilClosed();
    await workbench.view('Packages').waitForRow(/^reading-time 1\.0\.1 /);
  });

  it('rejects a version that is not higher, and opens the manifest at its line', async () => {
    await writeFile(join(project.folder, 'package.json'), await withVersion('1.0.1'));
    await workbench.runCommand('Ggen: Publish Project…');
    await workbench.notifications.press(/1\.0\.1/, 'Open Manifest');
    await eventually('the manifest in an editor', async () =>
      (await workbench.editorTitles()).includes('package.json'),
    );
    const line = workbench.page.locator('.statusbar-item', { hasText: /^\s*Ln 3, Col 1\s*$/ });
    await line.waitFor();
  });

  it('publishes from the editor of a manifest', async () => {
    await writeFile(join(project.folder, 'package.json'), await withVersion('1.1.0'));
    await workbench.openFile('package.json');
    await workbench.page.locator('.monaco-editor .view-lines').first().click({ button: 'right' });
    await chooseMenuItem(workbench.page, 'Publish Project…');
    await workbench.quickInput.choose('Publish reading-time 1.1.0');
    await workbench.notifications.waitFor(/^Published reading-time 1\.1\.0/);
  });

  it('shows manifest errors in the Problems view', async () => {
    const broken = join(project.folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'gpack.toml'), '[package]\nname = "broken"\nversion = "one"\ndescription = "x"\n');
    await openInExplorer('broken', 'gpack.toml');
    await workbench.page.locator('.editor-actions [aria-label^="Publish"]').first().click();
    const { message } = await workbench.notifications.waitFor(/^broken cannot be published yet: /);
    assert.match(message, /in gpack\.toml\.$/);
    await workbench.notifications.press(/cannot be published yet/, 'Show Problems');
    await workbench.page.locator('.markers-panel', { hasText: 'gpack.toml' }).waitFor();
    await workbench.screenshot('problems');
    await workbench.runCommand('View: Hide Panel');
  });

  it('searches while the user types, and installs the selected package', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Search Packages…');
    await quickInput.waitForRow(/reading-time/);
    await quickInput.type('shapes');
    const row = await quickInput.waitForRow(/sql-from-shapes/);
    assert.match(row.description, /^\d+\.\d+\.\d+ · by z6Mk….{4} · on [12] peers?$/);
    assert.notEqual(row.detail, '');
    await workbench.screenshot('search');
    await quickInput.choose(/sql-from-shapes/);

    await quickInput.choose(/packages\/.*sql-from-shapes/);
    const plan = await quickInput.waitForRow(/^Install .*sql-from-shapes/);
    assert.match(plan.description, /^1 package · .* to fetch$/);
    await workbench.screenshot('install-plan');
    await quickInput.choose(/Install .*sql-from-shapes/);
    const { message } = await workbench.notifications.waitFor(/^Installed .*sql-from-shapes .* every byte verified/);
    assert.ok(message.includes(project.folder), message);
    await workbench.screenshot('installed');
    await workbench.view('Packages').waitForRow(/^Installed 1$/);
    const [folder] = await readdir(join(project.folder, 'packages'));
    await sameTree(join(ROOT, 'examples/sql-from-shapes'), join(project.folder, 'packages', folder ?? ''));
  });

  it('reports that no package matches', async () => {
    await workbench.runCommand('Ggen: Search Packages…');
    await workbench.quickInput.type('zyxwvutsrq');
    const row = await eventually('the note that nothing was found', async () =>
      (await workbench.quickInput.rows()).find(({ description }) => description.startsWith('Nothing found')),
    );
    assert.equal(row.description, 'Nothing found for “zyxwvutsrq”.');
    assert.match(row.detail, /2 peers connected/);
    await workbench.screenshot('search-nothing');
  });

  it('installs from the Packages view, and asks for another folder when one is already in use', async () => {
    const { quickInput, notifications } = workbench;
    const view = workbench.view('Packages');
    const { label } = await view.waitForRow(/rust-error-types /);
    await view.pressInline(label, 'Install');
    const { description } = await quickInput.waitForRow(/packages\/.*rust-error-types$/);
    assert.equal(description, 'in this workspace');
    await quickInput.choose(/packages\/.*rust-error-types$/);
    await quickInput.waitForRow(/^Install .*rust-error-types/);
    // Another process creates the folder between the plan and its confirmation.
    const occupied = join(project.folder, 'packages', label);
    await mkdir(occupied, { recursive: true });
    await appendFile(join(occupied, 'mine.txt'), 'mine');
    await quickInput.choose(/Install .*rust-error-types/);
    await notifications.press(/is not an empty folder/, 'Choose Another Folder');
    await quickInput.choose(/packages\/.*rust-error-types$/);
    const other = await quickInput.waitForRow(/^(?!Install).*rust-error-types/);
    assert.match(other.detail, /packages\/~\w{8}-.*rust-error-types/, 'a folder that is free');
    await quickInput.choose(/Install .*rust-error-types/);
    await notifications.waitFor(/^Installed .*rust-error-types/);
    assert.deepEqual(await readdir(occupied), ['mine.txt']);
  });

  it('shows the status, and details of a peer', async () => {
    const { quickInput } = workbench;
    await workbench.statusBarItem('ggen.status').click();
    await quickInput.waitForRow('Peer ID');
    const status = await quickInput.stableRows();
    const value = (label: string): string | undefined => status.find((row) => row.label === label)?.description;
    assert.equal(value('State'), 'running');
    assert.equal(value('Connected peers'), '2');
    await workbench.screenshot('status');
    await quickInput.cancel();

    await workbench.view('Peers').click(/127\.0\.0\.1/);
    await quickInput.waitForRow('Round-trip time');
    const id = (await quickInput.rows()).find((row) => row.label === 'Peer ID')?.description;
    assert.ok(
      peers.some(({ peerId }) => peerId === id),
      id,
    );
    await workbench.screenshot('peer');
  });

  it('offers a restart when a setting of the network changes', async () => {
    await workbench.updateSettings({ 'ggen.node.name': 'Window' });
    await workbench.notifications.press(/Ggen node settings changed/, 'Restart Node');
    await peers[0].waitFor('peer', ({ name, connected }) => name === 'Window' && connected === true);
    await eventually(
      'both peers again',
      async () => (await workbench.statusBarText('ggen.status')) === 'Ggen: 2 peers',
    );
  });

  it('names the invalid setting', async () => {
    await workbench.updateSettings({ 'ggen.search.fanOut': 77 });
    await workbench.notifications.waitFor(/^Setting ggen\.search\.fanOut: Value must be a number from 1 to 10\.$/);
    await workbench.updateSettings({ 'ggen.search.fanOut': 3 });
  });

  it('reports that a package is unavailable, and writes nothing', async () => {
    await peers[0].stop();
    await install(/cli-subcommand/);
    const { severity, buttons } = await workbench.notifications.waitFor(/provide this package|provides this package/);
    assert.equal(severity, 'error');
    assert.ok(buttons.includes('Show Peers'));
    await nothingWritten('cli-subcommand');
  });

  it('cancels an installation, and writes nothing', async () => {
    const stallingPeer = await startStallingPeer(join(ROOT, 'examples/rust-cli-subcommand'));
    cleanup.defer(() => stallingPeer.stop());
    // A running node connects to new bootstrap peers without a restart.
    await workbench.updateSettings({ 'ggen.node.bootstrap': [stallingPeer.address] });
    await workbench.view('Packages').waitForRow(/^On the network 4$/);
    stallingPeer.stall();
    await install(/cli-subcommand/);
    await workbench.notifications.press(/Installing .*cli-subcommand/, 'Cancel');
    await eventually('an end of the installation', async () => (await workbench.notifications.list()).length === 0);
    await nothingWritten('cli-subcommand');
  });

  for (const theme of ['light', 'dark', 'hc', 'hc-light'] as const) {
    it(`matches the theme '${theme}'`, async () => {
      await workbench.setTheme(theme);
      await workbench.view('Packages').waitForRow(/^On the network \d$/);
      await workbench.screenshot(`views-${theme}`);
      await workbench.runCommand('Ggen: Search Packages…');
      await workbench.quickInput.waitForRow(/sql-from-shapes/);
      await workbench.screenshot(`search-${theme}`);
    });
  }

  /** Select the package and the suggested folder, and confirm the plan. */
  async function install(name: RegExp): Promise<void> {
    await workbench.runCommand('Ggen: Install Package…');
    await workbench.quickInput.choose(name);
    await workbench.quickInput.choose(/\/packages\//);
    await workbench.quickInput.choose(/Install .*cli-subcommand/);
  }

  async function nothingWritten(name: string): Promise<void> {
    const packages = await readdir(join(project.folder, 'packages'), { recursive: true });
    assert.ok(!packages.some((path) => path.includes(name)), packages.join());
  }

  /** Open a file by double-clicking in the Explorer, then return to the Packages view. */
  async function openInExplorer(...path: string[]): Promise<void> {
    await workbench.openView('Explorer');
    for (const name of path) {
      const row = workbench.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first();
      await (name === path.at(-1) ? row.dblclick() : row.click());
    }
    await eventually('the file in an editor', async () => (await workbench.editorTitles()).includes(path.at(-1) ?? ''));
    await workbench.openView('Ggen');
  }

  async function withVersion(version: string): Promise<string> {
    const text = await readFile(join(project.folder, 'package.json'), 'utf8');
    return text.replace(/"version": "[^"]*"/, `"version": "${version}"`);
  }
});

async function sameTree(expected: string, actual: string): Promise<void> {
  const list = async (root: string): Promise<string[]> => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length));
  };
  assert.deepEqual((await list(actual)).toSorted(), (await list(expected)).toSorted());
  for (const path of await list(expected)) {
    assert.deepEqual(await readFile(join(actual, path)), await readFile(join(expected, path)), path);
  }
}

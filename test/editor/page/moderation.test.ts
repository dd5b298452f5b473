import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHeadlessPeer } from '../../../scripts/lib/headless-peer.ts';
import type { HeadlessPeer } from '../../../scripts/lib/headless-peer.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import type { Editor } from '../harness/editor.ts';
import { openEditor } from '../harness/editor.ts';
import { eventually } from '../harness/eventually.ts';
import { nodeFolder } from '../../../scripts/lib/vscode-server.ts';
import { testSettings } from '../harness/settings.ts';
import type { Workbench } from '../harness/workbench.ts';

const EXAMPLES = ['rust-cli-subcommand', 'rust-error-types', 'sql-from-shapes'] as const;
/** More packages than one page of results. */
const PACKAGE_COUNT = 55;

/** A window with banned and trusted peers, a damaged catalog, and a publisher that equivocates. */
describe('banning peers and filtering packages in the window', () => {
  const cleanup = new AsyncDisposableStack();
  let base = '';
  let editor: Editor;
  let workbench: Workbench;
  let data = '';

  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'ggen-judging-'));
    cleanup.defer(() => rm(base, { recursive: true, force: true, maxRetries: 5 }));
    const ada = await peer('ada', { publish: EXAMPLES.map((name) => join(ROOT, 'examples', name)) });
    const grace = await peer('grace', { publish: await Promise.all(manyProjects()) });
    const folder = join(base, 'folder');
    await mkdir(folder);
    const bootstrap = [ada, grace].map(({ addresses }) => addresses[0] ?? '');
    editor = await openEditor({ folder, settings: { ...testSettings(bootstrap), 'ggen.node.autoStart': false } });
    cleanup.defer(() => editor.close());
    ({ workbench } = editor);
    data = nodeFolder(editor.server.dataDir);
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.quickInput.cancel();
    await workbench.notifications.clear();
  });

  it('reports that a damaged catalog was rebuilt, and where the damaged file is', async () => {
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'catalog.sqlite'), 'This is no database. '.repeat(1_000));
    await workbench.openView('Ggen');
    await workbench.runCommand('Ggen: Start Node');
    const { severity, message } = await workbench.notifications.waitFor(/catalog on this machine was damaged/);
    assert.equal(severity, 'warning');
    const [kept] = (await readdir(data)).filter((name) => name.startsWith('catalog.damaged-'));
    assert.ok(kept !== undefined && message.includes(kept), message);
    await workbench.screenshot('rebuilt');
    await workbench.notifications.press(/was damaged/, 'Show Status');
    const { description } = await workbench.quickInput.waitForRow('Damaged file kept as');
    assert.ok(description.endsWith(kept), description);
    await workbench.screenshot('status-rebuilt');
  });

  it('reports it only once', async () => {
    await workbench.view('Peers').waitForRow(/^ada /);
    await workbench.page.reload();
    await workbench.waitUntilLoaded(60_000);
    // A reloaded window restores its views.
    await workbench.view('Peers').waitForWelcome(/node is stopped/);
    await workbench.view('Peers').pressWelcome('Start Node');
    await workbench.view('Peers').waitForRow(/^ada /);
    await workbench.runCommand('Ggen: Show Status');
    await workbench.quickInput.waitForRow('Damaged file kept as');
    const damageNotices = (await workbench.notifications.list()).filter(({ message }) => message.includes('damaged'));
    assert.deepEqual(damageNotices, []);
  });

  it('shows the background tasks: last run, its result, and next run', async () => {
    await workbench.runCommand('Ggen: Show Status');
    await workbench.quickInput.type('connected peers');
    const row = await workbench.quickInput.waitForRow('Update round-trip times of connected peers');
    assert.match(row.description, /^(ran at .* · done|running now|has not run yet)/);
    await workbench.screenshot('status-tasks');
  });

  it('explains the score of a peer', async () => {
    await workbench.view('Peers').click(/^ada/);
    const { description } = await workbench.quickInput.waitForRow('Responses');
    assert.match(description, /^0\.\d\d of 0\.50: /);
    await workbench.screenshot('peer-score');
  });

  it('bans a peer for a reason, shows it, and trusts another', async () => {
    const view = workbench.view('Peers');
    await view.chooseInContextMenu(/^ada/, 'Ban Peer…');
    await workbench.quickInput.waitForRow('Ban until I unban it');
    await workbench.screenshot('ban');
    await workbench.quickInput.choose('Ban until I unban it');
    await workbench.quickInput.waitForMessage(/only you can see/);
    await workbench.quickInput.type('Sent rubbish');
    await workbench.screenshot('ban-reason');
    await workbench.quickInput.accept();
    await view.waitForRow(/^Banned 1$/);
    const { accessibleLabel } = await view.waitForRow(/^ada banned · Sent rubbish · /);
    assert.match(accessibleLabel, /^Peer ada, disconnected, banned · Sent rubbish/);
    await view.chooseInContextMenu(/^grace/, 'Trust Peer');
    await view.waitForRow(/^grace trusted · /);
    await workbench.screenshot('standings');
    await view.click(/^ada/);
    assert.equal((await workbench.quickInput.waitForRow('Reason')).description, 'Sent rubbish');
    await workbench.screenshot('peer-banned');
  });

  for (const theme of ['light', 'dark', 'hc'] as const) {
    it(`shows standings and filters in the theme '${theme}'`, async () => {
      await workbench.setTheme(theme);
      await workbench.view('Peers').waitForRow(/^ada banned/);
      await workbench.screenshot(`standings-${theme}`);
      await workbench.runCommand('Ggen: Search Packages…');
      await workbench.quickInput.type('rust license:MIT sort:name');
      await workbench.quickInput.waitForRow(/rust-error-types/);
      await workbench.screenshot(`search-filtered-${theme}`);
      await workbench.quickInput.pressButton('Filter and Sort');
      await workbench.quickInput.waitForRow('License: MIT');
      await workbench.screenshot(`filters-${theme}`);
      // Escape returns to the results.
      await workbench.page.keyboard.press('Escape');
      await workbench.quickInput.waitForRow(/rust-error-types/);
    });
  }

  it('lifts the ban in the view', async () => {
    await workbench.view('Peers').pressInline(/^ada/, 'Unban Peer');
    await workbench.view('Peers').waitForNoRow(/^ada banned/);
    await workbench.view('Peers').waitForRow(/^ada .*since/, 70_000);
  });

  it('adds and removes filters from a list, and shows how the results came about', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Search Packages…');
    await quickInput.type('rust');
    // Waits for the results of this text; the empty text before has many more.
    await quickInput.waitForMessage(/^[2-9] packages · 2 of 2 peers answered/);
    await quickInput.pressButton('Filter and Sort');
    await quickInput.choose('error-handling');
    await quickInput.waitForMessage(/^1 package · /);
    assert.equal(await quickInput.value(), 'rust tag:error-handling');
    await quickInput.pressButton('Filter and Sort');
    await quickInput.choose('Tag: error-handling');
    await quickInput.waitForMessage(/^[2-9] packages · /);
    assert.equal(await quickInput.value(), 'rust');
    await quickInput.type('rust sort:size');
    await quickInput.waitForMessage(/“sort:size” is ignored/);
    await workbench.screenshot('search-ignored');
  });

  it('loads the next page', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Search Packages…');
    await quickInput.type('moss sort:name');
    await quickInput.waitForMessage(/^50 packages · .* answered$/);
    await quickInput.waitForRow(/moss-00/);
    // The last row, which is rendered only after scrolling.
    const more = workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'More results…' });
    await eventually('the row for more', async () => {
      await workbench.page.keyboard.press('Control+End');
      return (await more.count()) > 0;
    });
    await workbench.screenshot('search-more');
    await more.click();
    await quickInput.waitForMessage(new RegExp(`^${PACKAGE_COUNT} packages`));
    await quickInput.waitForRow(/moss-50/);
  });

  it('marks a package whose publisher signed two different contents for one version', async () => {
    const view = workbench.view('Packages');
    await twoContents();
    await view.waitForRow(/^clash /);
    await view.expand('clash');
    await view.waitForRow(/^clash conflicting content for 1\.0\.0 · 1\.0\.0/);
    await view.waitForRow(/^1\.0\.0 conflicting content · /);
    await workbench.screenshot('equivocation');
  });

  async function peer(
    name: string,
    options: { readonly publish?: readonly string[]; readonly bootstrap?: readonly string[] },
  ): Promise<HeadlessPeer> {
    const started = await startHeadlessPeer({ data: join(base, name), name, ...options });
    cleanup.defer(() => started.stop());
    return started;
  }

  function manyProjects(): Promise<string>[] {
    return Array.from({ length: PACKAGE_COUNT }, async (_, n) => {
      const name = `moss-${String(n).padStart(2, '0')}`;
      return await project(name, { name, description: 'Moss', readme: 'One of many' });
    });
  }

  async function project(
    folder: string,
    { name, description, readme }: { readonly name: string; readonly description: string; readonly readme: string },
  ): Promise<string> {
    const root = join(base, 'projects', folder);
    await mkdir(root, { recursive: true });
    const manifest = `[package]\nname = "${name}"\nversion = "1.0.0"\ndescription = "${description}"\nlicense = "Apache-2.0"\n`;
    await writeFile(join(root, 'gpack.toml'), manifest);
    await writeFile(join(root, 'README.md'), readme);
    return root;
  }

  /** Start two peers with one publisher key, each with different content for the same version. */
  async function twoContents(): Promise<void> {
    const about = { name: 'clash', description: 'Says two things' };
    const first = await peer('first', { publish: [await project('one', { ...about, readme: 'One thing' })] });
    await first.waitFor('published');
    await mkdir(join(base, 'second'));
    await copyFile(join(base, 'first', 'publisher.key'), join(base, 'second', 'publisher.key'));
    const second = await peer('second', { publish: [await project('two', { ...about, readme: 'Another' })] });
    for (const { addresses } of [first, second]) {
      await workbench.runCommand('Ggen: Connect to Peer…');
      await workbench.quickInput.type(addresses[0] ?? '');
      await workbench.quickInput.accept();
      await workbench.notifications.waitFor(/^Connected\./);
      await workbench.notifications.clear();
      await workbench.view('Packages').waitForRow(/^clash /);
    }
  }
});

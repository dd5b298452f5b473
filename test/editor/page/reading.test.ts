import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';
import type { Editor } from '../harness/editor.ts';
import { openEditor } from '../harness/editor.ts';
import { eventually } from '../harness/eventually.ts';
import { startPeer } from '../harness/peer.ts';
import { copyExample } from '../harness/project.ts';
import { testSettings } from '../harness/settings.ts';
import type { Workbench } from '../harness/workbench.ts';

const EXAMPLE = 'sql-from-shapes';

/** Reading a peer's packages without installing them. */
describe('reading packages in the window', () => {
  const cleanup = new AsyncDisposableStack();
  let editor: Editor;
  let workbench: Workbench;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ggen-versions-'));
    cleanup.defer(() => rm(folder, { recursive: true, force: true }));
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    await cp(join(ROOT, 'examples', EXAMPLE), first, { recursive: true });
    await cp(first, second, { recursive: true });
    await changeVersion(second);
    const evil =
      '\n<script>document.title = "evil"</script>\n\n<img src="https://evil.example/x.png">\n\n[run](command:workbench.action.quit)\n';
    await appendFile(join(second, 'README.md'), evil);
    const peer = await startPeer({ publish: [first, second] });
    cleanup.defer(() => peer.stop());
    const project = await copyExample();
    cleanup.defer(() => project.remove());
    editor = await openEditor({ folder: project.folder, settings: testSettings(peer.addresses.slice(0, 1)) });
    cleanup.defer(() => editor.close());
    ({ workbench } = editor);
    await workbench.openView('Ggen');
    await workbench.view('Packages').waitForRow(/^On the network 1$/);
    await workbench.view('Packages').waitForRow(/^sql-from-shapes 99\.0\.0 .* on 1 peer/);
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.quickInput.cancel();
    await workbench.notifications.clear();
  });

  it('shows a README in the preview with one click, without running any of its content', async () => {
    await workbench.view('Packages').pressInline(/^sql-from-shapes/, 'Read README');
    const text = await previewText(/sql-from-shapes|SQL/i);
    assert.match(text, /run/);
    assert.doesNotMatch(await workbench.page.title(), /evil/);
    await workbench.screenshot('readme');
  });

  it('lists the files of a release, and opens one read-only', async () => {
    const { quickInput } = workbench;
    await workbench.view('Packages').chooseInContextMenu(/^sql-from-shapes/, 'Browse Files…');
    const row = await quickInput.waitForRow('package.toml');
    assert.match(row.description, / B$|kB$/);
    await workbench.screenshot('browse-files');
    await quickInput.choose('package.toml');
    await eventually('the file in an editor', async () => (await workbench.editorTitles()).includes('package.toml'));
    await workbench.page.locator('.monaco-editor .view-lines', { hasText: 'version' }).first().waitFor();
    await workbench.page.locator('.monaco-editor .view-line').first().click();
    await workbench.page.keyboard.type('x');
    await workbench.page.locator('.monaco-editor-overlaymessage', { hasText: /are read-only/ }).waitFor();
    await workbench.screenshot('read-only');
  });

  it('finds a package by search and shows its README without installing it', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('Ggen: Search Packages…');
    await workbench.quickInput.pressRowButton(/sql-from-shapes/, 'Read README');
    await previewText(/sql-from-shapes|SQL/i);
  });

  it('compares two versions: the files that changed, then all in one editor', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('View: Close All Editors');
    await workbench.view('Packages').chooseInContextMenu(/^sql-from-shapes/, 'Compare Versions…');
    const before = await quickInput.waitForRow(/^\d+\.\d+\.\d+$/);
    assert.match(before.description, /^previous version · /);
    await quickInput.accept();
    await quickInput.waitForRow('Show all changes');
    const rows = (await quickInput.stableRows()).map(({ label, description }) => `${label}: ${description}`);
    assert.equal(rows.length, 3, rows.join());
    assert.match(rows.join('\n'), /README\.md: changed, .*kB? → .*kB?\n?/);
    assert.match(rows.join('\n'), /package\.toml: changed/);
    await workbench.screenshot('changed-files');
    await quickInput.choose('Show all changes');
    await workbench.page.locator('.multiDiffEntry, .multi-diff-editor', { hasText: 'package.toml' }).first().waitFor();
    await workbench.page.locator('.view-lines', { hasText: '99.0.0' }).first().waitFor();
    await workbench.screenshot('all-changes');
  });

  for (const theme of ['light', 'dark', 'hc', 'hc-light'] as const) {
    it(`matches the theme '${theme}'`, async () => {
      await workbench.setTheme(theme);
      await workbench.runCommand('View: Close All Editors');
      await workbench.runCommand('Ggen: Browse Files…');
      await workbench.quickInput.choose(/sql-from-shapes/);
      await workbench.quickInput.waitForRow('package.toml');
      await previewText(/sql-from-shapes|SQL/i);
      await workbench.screenshot(`reading-${theme}`);
    });
  }

  it('opens a release as a folder of the window, and installs it from there', async () => {
    const { quickInput } = workbench;
    await workbench.view('Packages').chooseInContextMenu(/^sql-from-shapes/, 'Open Release as Folder…');
    await quickInput.choose('Add to this window');
    // A second folder turns the window into a workspace, for which VS Code in the browser reloads the page.
    await workbench.page.waitForURL(/[?&]workspace=/, { timeout: 60_000 });
    await openReleaseFolder();
    await workbench.screenshot('release-folder');
    await workbench.runCommand('Ggen: Install This Release');
    await quickInput.choose(/packages\/.*sql-from-shapes/);
    await quickInput.choose(/Install .*sql-from-shapes/);
    await workbench.notifications.waitFor(/^Installed .*sql-from-shapes 99\.0\.0/);
  });

  async function openReleaseFolder(): Promise<void> {
    await workbench.waitUntilLoaded(60_000);
    await workbench.openView('Explorer');
    const row = workbench.page.locator('.explorer-folders-view .monaco-list-row');
    const folder = row.filter({ hasText: 'sql-from-shapes 99.0.0' }).first();
    await folder.waitFor().catch(async () => {
      // Sometimes the page loads before the workspace file is written.
      await workbench.page.reload();
      await workbench.waitUntilLoaded(60_000);
      await workbench.openView('Explorer');
      await folder.waitFor();
    });
    await eventually('the files of the release', async () => {
      if ((await folder.getAttribute('aria-expanded')) === 'false') await folder.click();
      return row.filter({ hasText: 'package.toml' }).first().isVisible();
    });
  }

  /** The text of the Markdown preview, which is in a nested frame. */
  async function previewText(match: RegExp): Promise<string> {
    return eventually('the preview of a README', async () => {
      for (const frame of workbench.page.frames()) {
        const text = await frame
          .locator('.markdown-body')
          .innerText({ timeout: 500 })
          .catch(() => '');
        if (match.test(text)) return text;
      }
      return undefined;
    });
  }
});

async function changeVersion(folder: string): Promise<void> {
  const manifest = join(folder, 'package.toml');
  const text = await readFile(manifest, 'utf8');
  await writeFile(manifest, text.replace(/^version = "[^"]*"/m, 'version = "99.0.0"'));
}

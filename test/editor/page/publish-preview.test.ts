import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Editor } from '../harness/editor.ts';
import { openEditor } from '../harness/editor.ts';
import { eventually } from '../harness/eventually.ts';
import type { TemporaryProject } from '../harness/project.ts';
import { copyExample } from '../harness/project.ts';
import { testSettings } from '../harness/settings.ts';
import type { Workbench } from '../harness/workbench.ts';

/** Concatenated, so that secret scanners ignore this file. */
const TOKEN = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');

/** The preview of a release and the review of possible secrets. */
describe('publish preview', () => {
  const cleanup = new AsyncDisposableStack();
  let project: TemporaryProject;
  let editor: Editor;
  let workbench: Workbench;

  before(async () => {
    project = await copyExample();
    cleanup.defer(() => project.remove());
    editor = await openEditor({ folder: project.folder, settings: testSettings([]) });
    cleanup.defer(() => editor.close());
    ({ workbench } = editor);
    await workbench.openView('Ggen');
    // The palette lists the commands once the extension is active.
    await workbench.statusBarText('ggen.status');
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.quickInput.cancel();
    await workbench.notifications.clear();
  });

  it('has no actions in a dry run, and publishes nothing', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Preview Publish (Dry Run)');
    const { detail } = await quickInput.waitForRow('Dry run of reading-time 1.0.0: nothing will be published');
    assert.equal(detail, 'Ready to publish.');
    const rows = await quickInput.stableRows();
    assert.ok(!rows.some(({ label }) => label.startsWith('Publish ')));
    // The dry run created no publisher key.
    assert.equal(rows.find(({ label }) => label === 'Namespace')?.description, 'yours, created when you first publish');
    await workbench.screenshot('dry-run');
    await quickInput.choose('Dry run of reading-time 1.0.0: nothing will be published');
    await quickInput.waitUntilClosed();
    assert.deepEqual(await workbench.view('Packages').treeRows(), []);
  });

  it('publishes only after each secret is accepted individually', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Publish Project…');
    await quickInput.choose('Publish reading-time 1.0.0');
    await workbench.notifications.waitFor(/^Published reading-time 1\.0\.0/);
    await workbench.notifications.clear();
    await change();
    await workbench.runCommand('Ggen: Publish Project…');
    await quickInput.choose('2 possible secrets');
    await quickInput.waitForRow('Go back');
    assert.match(await quickInput.title(), /^Secret 1 of 2: \.env:1$/);
    await workbench.screenshot('secret');
    await quickInput.choose('Publish anyway');
    await waitForTitle(/^Secret 2 of 2: /);
    await quickInput.choose('Go back');
    await quickInput.choose('1 possible secret');
    await quickInput.waitForRow('Go back');
    assert.match(await quickInput.title(), /^Secret 1 of 1: src\/key\.js:2$/);
    await quickInput.choose('Publish anyway');
    await quickInput.choose('Publish reading-time 1.1.0');
    await workbench.notifications.waitFor(/^Published reading-time 1\.1\.0/);
  });

  it('publishes a private project only after that is accepted by itself', async () => {
    const { quickInput } = workbench;
    const manifest = join(project.folder, 'package.json');
    const before = await readFile(manifest, 'utf8');
    await writeFile(manifest, before.replace(/"version": "[^"]+"/, '"version": "1.1.1",\n  "private": true'));
    await workbench.runCommand('Ggen: Publish Project…');
    const { detail } = await quickInput.waitForRow('Publish private project…');
    assert.match(detail, /^Everyone on the network will be able to read reading-time 1\.1\.1/);
    await workbench.screenshot('private');
    await quickInput.choose('Publish private project…');
    await quickInput.choose('Go back');
    await quickInput.choose('Publish private project…');
    await quickInput.waitForRow('Publish anyway');
    await quickInput.choose('Publish anyway');
    // The possible secrets of the last release still need a decision of their own.
    await quickInput.choose('2 possible secrets');
    await waitForTitle(/^Secret 1 of 2: /);
    await quickInput.choose('Publish anyway');
    await waitForTitle(/^Secret 2 of 2: /);
    await quickInput.choose('Publish anyway');
    await quickInput.choose('Publish reading-time 1.1.1');
    await workbench.notifications.waitFor(/^Published reading-time 1\.1\.1/);
    await workbench.notifications.clear();
    await writeFile(manifest, before);
  });

  it('publishes another version than the manifest has, and records all possible secrets at once', async () => {
    const { quickInput, notifications } = workbench;
    await workbench.runCommand('Ggen: Publish Project…');
    // The manifest still has the version of an earlier release.
    await notifications.press(/1\.1\.0/, 'Publish Another Version…');
    await quickInput.waitForMessage(/The manifest stays as it is/);
    await quickInput.type('1.1.2');
    await quickInput.accept();
    await quickInput.choose('2 possible secrets');
    await quickInput.choose('Publish all 2 anyway, and record them in .ggensecrets');
    await quickInput.waitForRow('Publish reading-time 1.1.2');
    const baseline = await readFile(join(project.folder, '.ggensecrets'), 'utf8');
    assert.match(baseline, /^#.*\n[0-9a-f]{16} {2}# \.env:1\n[0-9a-f]{16} {2}# src\/key\.js:2\n$/);
    await quickInput.choose('Version');
    await quickInput.waitForMessage(/The manifest stays as it is/);
    await quickInput.type('1.1.3');
    await quickInput.accept();
    await workbench.screenshot('another-version');
    await quickInput.choose('Publish reading-time 1.1.3');
    await notifications.waitFor(/^Published reading-time 1\.1\.3/);
    await rm(join(project.folder, '.ggensecrets'));
  });

  it('offers the members of a workspace', async () => {
    const { quickInput } = workbench;
    const manifest = join(project.folder, 'package.json');
    const before = await readFile(manifest, 'utf8');
    await writeFile(manifest, '{ "name": "root", "private": true, "workspaces": ["parts/*"] }\n');
    await mkdir(join(project.folder, 'parts', 'one'), { recursive: true });
    await writeFile(join(project.folder, 'parts/one/package.json'), '{ "name": "part-one", "version": "3.0.0" }\n');
    await workbench.runCommand('Ggen: Publish Project…');
    const { description, detail } = await quickInput.waitForRow('part-one');
    assert.deepEqual([description, detail], ['3.0.0', 'parts/one']);
    await workbench.screenshot('workspace-members');
    await quickInput.choose('part-one');
    await quickInput.waitForRow('Publish part-one 3.0.0');
    await quickInput.cancel();
    await rm(join(project.folder, 'parts'), { recursive: true });
    await writeFile(manifest, before);
  });

  it('shows problems, in the Problems view too, and changes since the last release', async () => {
    const { quickInput } = workbench;
    await change('1.2.0');
    await rm(join(project.folder, 'src/reading-time.js'));
    await writeFile(join(project.folder, 'src/new.js'), 'export {};\n');
    const manifest = join(project.folder, 'package.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace('"main": "src/reading-time.js"', '"main": "src/new.js"'));
    await workbench.runCommand('Ggen: Preview Publish (Dry Run)');
    await quickInput.waitForRow('Dry run of reading-time 1.2.0: nothing will be published');
    await quickInput.type('src/');
    const rows = await quickInput.stableRows();
    const described = (label: string): string | undefined => rows.find((row) => row.label === label)?.description;
    assert.match(described('src/reading-time.js') ?? '', /^removed, /);
    assert.match(described('src/new.js') ?? '', /^added, 11 B$/);
    const breaking = described('package.json:3') ?? '';
    assert.ok(breaking.startsWith('1.2.0 no longer has src/reading-time.js, which 1.1.3 had'), breaking);
    await quickInput.cancel();
    await workbench.runCommand('Problems: Focus on Problems View');
    const panel = workbench.page.locator('.markers-panel');
    await panel.getByText('This looks like a GitHub token').waitFor();
    await panel.getByText('no longer has src/reading-time.js').waitFor();
    await workbench.screenshot('publish-problems');
    await workbench.runCommand('View: Hide Panel');
  });

  for (const theme of ['light', 'dark', 'hc', 'hc-light'] as const) {
    it(`matches the theme '${theme}'`, async () => {
      await workbench.setTheme(theme);
      await workbench.runCommand('Ggen: Publish Project…');
      await workbench.quickInput.waitForRow('2 possible secrets');
      await workbench.quickInput.stableRows();
      await workbench.screenshot(`publish-preview-${theme}`);
    });
  }

  /** Consecutive quick picks have the same rows. */
  async function waitForTitle(expected: RegExp): Promise<void> {
    const { quickInput } = workbench;
    await eventually(`the title ${expected.source}`, async () => expected.test(await quickInput.title()));
  }

  async function change(version = '1.1.0'): Promise<void> {
    const manifest = join(project.folder, 'package.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(/"version": "[^"]*"/, `"version": "${version}"`));
    await writeFile(join(project.folder, '.env'), 'PASSWORD=hunter2\n');
    await writeFile(join(project.folder, 'src/key.js'), `// A key:\nexport const key = '${TOKEN}';\n`);
  }
});

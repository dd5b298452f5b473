import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePackageId, shortPublisherId } from '../../../src/identity/publisher-id.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import type { Editor } from '../harness/editor.ts';
import { openEditor } from '../harness/editor.ts';
import { startPeer } from '../harness/peer.ts';
import type { TemporaryProject } from '../harness/project.ts';
import { copyExample } from '../harness/project.ts';
import { testSettings } from '../harness/settings.ts';
import type { Workbench } from '../harness/workbench.ts';

/** Deciding about publishers, and naming versions with dist-tags, from the palette and the context menu. */
describe('publishers and dist-tags in the window', () => {
  const cleanup = new AsyncDisposableStack();
  let project: TemporaryProject;
  let editor: Editor;
  let workbench: Workbench;
  /** Publishers of `rust-error-types` and of `sql-from-shapes`. */
  let ada = '';
  let grace = '';

  before(async () => {
    const [first, second] = await Promise.all([publishing('rust-error-types'), publishing('sql-from-shapes')]);
    ada = first.publisher;
    grace = second.publisher;
    project = await copyExample();
    cleanup.defer(() => project.remove());
    editor = await openEditor({ folder: project.folder, settings: testSettings([first.address, second.address]) });
    cleanup.defer(() => editor.close());
    ({ workbench } = editor);
    await workbench.openView('Ggen');
    await workbench.view('Packages').waitForRow(/^rust-error-types /);
    await workbench.view('Packages').waitForRow(/^sql-from-shapes /);
  });

  after(() => cleanup.disposeAsync());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed ${this.currentTest.title}`);
    await workbench.quickInput.cancel();
    await workbench.notifications.clear();
  });

  it('says that there is nothing to show yet', async () => {
    await workbench.runCommand('Ggen: Show Publishers');
    const { severity } = await workbench.notifications.waitFor(/do not trust, follow, or block any publisher/);
    assert.equal(severity, 'info');
    await workbench.screenshot('publishers-none');
    await workbench.notifications.clear();
    await workbench.runCommand('Ggen: Clear Publisher State');
    await workbench.notifications.waitFor(/No publisher is trusted, followed, or blocked/);
  });

  it('trusts a publisher whose ID is typed', async () => {
    const { quickInput } = workbench;
    await workbench.runCommand('Ggen: Trust Publisher');
    await quickInput.choose('Enter a publisher ID…');
    await quickInput.waitForMessage(/Enter the publisher ID/);
    await quickInput.type('z6Mkmistyped');
    await quickInput.waitForMessage(/starts with z6Mk and has 48 characters/);
    await workbench.screenshot('publisher-id-invalid');
    await quickInput.type(ada);
    await quickInput.accept();
    await workbench.view('Packages').waitForRow(/^rust-error-types trusted · /);
    assert.match(await workbench.statusBarText('is now trusted'), new RegExp(shortPublisherId(ada)));
  });

  it('follows and blocks the publisher of a package in the context menu', async () => {
    const { quickInput } = workbench;
    const view = workbench.view('Packages');
    await view.chooseInContextMenu(/^sql-from-shapes/, 'Follow Publisher');
    await view.waitForRow(/^sql-from-shapes followed · /);
    await view.chooseInContextMenu(/^sql-from-shapes/, 'Block Publisher…');
    const { label, detail } = await quickInput.waitForRow(/^Block /);
    assert.equal(label, `Block ${shortPublisherId(grace)}`);
    assert.match(detail, /^Names never mean its packages/);
    await workbench.screenshot('publisher-block');
    await quickInput.cancel();
    await view.waitForRow(/^sql-from-shapes followed · /);
    await view.chooseInContextMenu(/^sql-from-shapes/, 'Block Publisher…');
    await quickInput.choose(label);
    await view.waitForRow(/^sql-from-shapes blocked · /);
  });

  it('publishes with a dist-tag, which does not become the latest version', async () => {
    const view = workbench.view('Packages');
    await publish('Ggen: Publish Project…', '1.0.0');
    await setVersion('1.1.0');
    await workbench.runCommand('Ggen: Publish Project with Dist-Tag…');
    await workbench.quickInput.waitForMessage(/Enter a dist-tag/);
    await workbench.quickInput.type('Next!');
    await workbench.quickInput.waitForMessage(/Use lowercase letters/);
    await workbench.screenshot('dist-tag-invalid');
    await workbench.quickInput.type('beta');
    await workbench.quickInput.accept();
    await workbench.quickInput.waitForRow('Publish reading-time 1.1.0');
    await workbench.screenshot('publish-with-dist-tag');
    await workbench.quickInput.choose('Publish reading-time 1.1.0');
    await workbench.notifications.waitFor(/^Published reading-time 1\.1\.0/);
    await view.waitForRow(/^reading-time 1\.0\.0 · by you/);
    await view.expand('reading-time');
    await view.waitForRow(/^1\.1\.0 beta · /);
    await view.waitForRow(/^1\.0\.0 latest · /);
  });

  it('sets a dist-tag in the context menu and in the palette', async () => {
    const { quickInput } = workbench;
    const view = workbench.view('Packages');
    await view.chooseInContextMenu(/^1\.1\.0/, 'Set Dist-Tag…');
    await quickInput.waitForRow('next');
    assert.equal(await quickInput.title(), 'Dist-Tag for 1.1.0');
    assert.equal((await quickInput.waitForRow('beta')).description, '1.1.0');
    await workbench.screenshot('dist-tag');
    await quickInput.choose('latest');
    await view.waitForRow(/^1\.1\.0 latest · beta · /);
    await view.waitForRow(/^reading-time 1\.1\.0 · by you/);
    await workbench.runCommand('Ggen: Set Dist-Tag…');
    await quickInput.choose('reading-time');
    await quickInput.waitForRow('1.0.0');
    await workbench.screenshot('dist-tag-version');
    await quickInput.choose('1.0.0');
    await quickInput.choose('Enter another dist-tag…');
    await quickInput.type('legacy');
    await quickInput.accept();
    await view.waitForRow(/^1\.0\.0 legacy · /);
  });

  for (const theme of ['light', 'dark', 'hc', 'hc-light'] as const) {
    it(`shows publishers and dist-tags in the theme '${theme}'`, async () => {
      const { quickInput } = workbench;
      await workbench.setTheme(theme);
      await workbench.view('Packages').waitForRow(/^1\.1\.0 latest · beta · /);
      await workbench.screenshot(`dist-tags-${theme}`);
      await workbench.runCommand('Ggen: Show Publishers');
      const trusted = await quickInput.waitForRow(ada);
      assert.equal(trusted.description, 'trusted · 1 package');
      assert.equal((await quickInput.waitForRow(grace)).description, 'blocked · 1 package');
      await workbench.screenshot(`publishers-${theme}`);
      await quickInput.cancel();
      await workbench.runCommand('Ggen: Remove Dist-Tag…');
      await quickInput.choose('reading-time');
      assert.equal((await quickInput.waitForRow('legacy')).description, '1.0.0');
      await workbench.screenshot(`dist-tag-remove-${theme}`);
    });
  }

  it('removes dist-tags in the palette and in the context menu', async () => {
    const { quickInput } = workbench;
    const view = workbench.view('Packages');
    await workbench.runCommand('Ggen: Remove Dist-Tag…');
    await quickInput.choose('reading-time');
    await quickInput.choose('legacy');
    await view.waitForNoRow(/legacy/);
    await view.chooseInContextMenu(/^reading-time/, 'Remove Dist-Tag…');
    await quickInput.choose('beta');
    await view.waitForRow(/^1\.1\.0 latest · \d/);
  });

  it('clears what was decided, in the palette and in the context menu', async () => {
    const { quickInput } = workbench;
    const view = workbench.view('Packages');
    await workbench.runCommand('Ggen: Clear Publisher State');
    assert.equal((await quickInput.waitForRow(ada)).description, 'trusted · 1 package');
    await quickInput.choose(grace);
    await view.waitForNoRow(/ blocked · /);
    await view.chooseInContextMenu(/^rust-error-types/, 'Clear Publisher State');
    await view.waitForNoRow(/ trusted · /);
  });

  /** Starts a peer that publishes an example. */
  async function publishing(example: string): Promise<{ readonly publisher: string; readonly address: string }> {
    const peer = await startPeer({ name: example, publish: [join(ROOT, 'examples', example)] });
    cleanup.defer(() => peer.stop());
    const { id } = await peer.waitFor('published');
    const { publisher } = parsePackageId(id as string);
    assert.ok(publisher !== undefined);
    return { publisher, address: peer.addresses[0] ?? '' };
  }

  async function publish(command: string, version: string): Promise<void> {
    await workbench.runCommand(command);
    await workbench.quickInput.choose(`Publish reading-time ${version}`);
    await workbench.notifications.waitFor(new RegExp(`^Published reading-time ${version}`));
    await workbench.notifications.clear();
  }

  async function setVersion(version: string): Promise<void> {
    const manifest = join(project.folder, 'package.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(/"version": "[^"]*"/, `"version": "${version}"`));
  }
});

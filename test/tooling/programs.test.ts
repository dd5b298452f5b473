import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { workbenchUrl } from '../../scripts/lib/workbench-url.ts';
import { findDesktopCode, hasDisplay } from '../../scripts/start/desktop.ts';
import { skipIf } from '../skip.ts';

describe('programs of this machine', function () {
  let first: string;
  let second: string;

  before(async function () {
    skipIf(this, process.platform !== 'linux', 'other systems have programs in places of their own, too');
    first = await mkdtemp(join(tmpdir(), 'ggen-path-'));
    second = await mkdtemp(join(tmpdir(), 'ggen-path-'));
    await mkdir(join(first, 'chromium'));
    for (const name of ['google-chrome', 'code']) {
      await writeFile(join(second, name), '');
      await chmod(join(second, name), 0o755);
    }
  });

  after(async () => {
    for (const folder of [first, second]) await rm(folder, { recursive: true, force: true });
  });

  it('are found on the PATH, where a folder of the same name is ignored', () => {
    const path = ['', first, second].join(delimiter);
    assert.equal(findChromium(path), join(second, 'google-chrome'));
    assert.equal(findDesktopCode(path), join(second, 'code'));
  });

  it('are undefined when they are not installed', () => {
    assert.equal(findChromium(first), undefined);
    assert.equal(findDesktopCode(''), undefined);
  });

  it('need a display for a window', () => {
    assert.equal(hasDisplay({}), false);
    assert.equal(hasDisplay({ DISPLAY: '' }), false);
    assert.equal(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }), true);
  });
});

describe('the URL of a window', () => {
  it('names the folder', () => {
    assert.equal(workbenchUrl('http://127.0.0.1:80', { folder: '/a b' }), 'http://127.0.0.1/?folder=%2Fa+b');
  });

  it('names the extension under development and its tests, on the server', () => {
    const url = new URL(workbenchUrl('http://127.0.0.1:4000', { folder: '/f', extension: '/e', tests: 'C:\\t.cjs' }));
    assert.deepEqual(JSON.parse(url.searchParams.get('payload') ?? ''), [
      ['extensionDevelopmentPath', 'vscode-remote://127.0.0.1:4000/e'],
      ['extensionTestsPath', 'vscode-remote://127.0.0.1:4000/C:/t.cjs'],
    ]);
  });
});

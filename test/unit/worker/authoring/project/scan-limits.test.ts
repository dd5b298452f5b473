import assert from 'node:assert/strict';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { LIMITS } from '../../../../../src/shared/limits.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { ProjectFolder } from '../project-folder.ts';
import { published, scan } from './scan-files.ts';

describe('limits of a release', function () {
  this.timeout(240_000); // ten thousand files are written

  it('accepts as many files as allowed, and reports the counts when there is one more', async () => {
    await using folder = await ProjectFolder.of();
    await mkdir(folder.path('data'));
    for (let start = 0; start < LIMITS.filesPerRelease; start += 100) {
      const names = Array.from({ length: 100 }, (_, index) => folder.path('data', `${start + index}`));
      await Promise.all(names.map((name) => writeFile(name, '')));
    }
    assert.equal((await scanProject(folder.root)).files.length, LIMITS.filesPerRelease);
    await folder.write({ one: '' });
    await assert.rejects(scanProject(folder.root), {
      name: 'ProjectTooLarge',
      message: /10,000 files[\s\S]*`data\/`[\s\S]*\.ggenignore/,
    });
    await folder.write({ '.ggenignore': 'data/\n' });
    assert.equal((await scanProject(folder.root)).files.length, 2);
  });

  it('reports the sizes of a project with too many bytes', async () => {
    await using folder = await ProjectFolder.of({ 'video.mp4': '', 'a/README.md': '' });
    // A sparse file has a size but uses no disk space.
    await truncate(folder.path('video.mp4'), LIMITS.bytesPerRelease);
    assert.equal((await scanProject(folder.root)).size, LIMITS.bytesPerRelease);
    await folder.write({ 'a/more': 'x' });
    await assert.rejects(scanProject(folder.root), { name: 'ProjectTooLarge', message: /512 MiB[\s\S]*root folder/ });
  });

  it('does not treat an ignore file of a megabyte as empty', async () => {
    await assert.rejects(scan({ '.gitignore': 'x\n'.repeat(600_000) }), {
      name: 'InvalidRequest',
      message: /gitignore/,
    });
    await assert.rejects(scan({ '.gitignore': 'x\n'.repeat(20_000) }), {
      name: 'ProjectTooLarge',
      message: /patterns/,
    });
  });

  it('does not treat an ignore file in UTF-16 as empty', async () => {
    for (const name of ['.gitignore', 'sub/.ggenignore']) {
      const files = { [name]: Buffer.from('\ufeffprivate.txt\r\n', 'utf16le'), 'private.txt': '' };
      await assert.rejects(scan(files), {
        name: 'InvalidRequest',
        message: /Cannot tell which files .*ignore ignores.*UTF-8/,
      });
    }
  });

  it('is not slowed down by malicious patterns', async () => {
    const name = 'a'.repeat(200);
    const patterns = [
      `${'*a'.repeat(60)}b`,
      `${'a*'.repeat(60)}b`,
      `${'**/a/'.repeat(3)}b`,
      `${'?*'.repeat(60)}b`,
      `${'[a-z]*'.repeat(40)}!`,
    ];
    const deep = `${'a/'.repeat(40)}${name}`;
    const files = await published({
      '.gitignore': `${patterns.join('\n')}\n`,
      'README.md': '',
      [name]: '',
      [deep]: '',
    });
    assert.equal(files.length, 4);
    const slowPattern = { '.gitignore': `${'**/a/'.repeat(20)}b` };
    await assert.rejects(scan(slowPattern), { name: 'InvalidRequest', message: /more than 3/ });
  });
});

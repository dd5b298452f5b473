import assert from 'node:assert/strict';
import { LIMITS } from '../../../../../src/shared/limits.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { skipIf, skipOnWindows } from '../../../../skip.ts';
import { ProjectFolder } from '../project-folder.ts';
import { codes, scan } from './scan-files.ts';

describe('names of files in a project', () => {
  it('are rejected when other systems do not support them', async function () {
    skipOnWindows(this, 'such names');
    const result = await scan({ 'README.md': '', 'aux.c': '', 'a:b': '', 'sub/trailing ': '', 'back\\slash': '' });
    assert.deepEqual(
      result.diagnostics.map(({ severity, code, path }) => [severity, code, path]),
      ['a:b', 'aux.c', 'back\\slash', 'sub/trailing '].map((path) => ['error', 'path-unsafe', path]),
    );
    assert.deepEqual(codes(await scan({ 'README.md': '', '.gitignore': 'aux.c\n', 'aux.c': '' })), []);
  });

  it('are rejected when they are one file on case-insensitive systems', async function () {
    await using folder = await ProjectFolder.of({
      'README.md': '',
      Makefile: '',
      makefile: '',
      'Src/a': '',
      'src/b': '',
    });
    const result = await scanProject(folder.root);
    skipIf(this, result.files.length < 5, 'this file system ignores case');
    assert.deepEqual(
      result.diagnostics.map(({ severity, code, path }) => [severity, code, path]),
      ['makefile', 'src/b'].map((path) => ['error', 'path-collision', path]),
    );
  });

  it('are published in one Unicode form', async function () {
    skipIf(this, process.platform === 'darwin', 'the file system brings names into one form itself');
    await using folder = await ProjectFolder.of({ 'README.md': '', 'cafe\u0301': 'x' });
    assert.equal((await scanProject(folder.root)).files[1]?.path, 'caf\u00e9');
    assert.equal((await scanProject(folder.root)).files[1]?.absolutePath, folder.path('cafe\u0301'));
    await folder.write({ 'caf\u00e9': 'y' });
    assert.deepEqual(codes(await scanProject(folder.root)), ['path-collision']);
  });

  it('are rejected in folders that are nested too deeply', async () => {
    const path = `${'d/'.repeat(LIMITS.pathDepth)}file`;
    const result = await scan({ 'README.md': '', [path]: '', [`${'e/'.repeat(LIMITS.pathDepth - 1)}file`]: '' });
    assert.deepEqual(codes(result), ['path-unsafe']);
    assert.equal(result.files.length, 2);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

describe('test/unit', () => {
  const tests = readdirSync(join(ROOT, 'test', 'unit'), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.test.ts'));

  it('has the folders of src', () => {
    assert.deepEqual(
      tests.filter((path) => !existsSync(join(ROOT, 'src', dirname(path)))),
      [],
    );
  });

  it('holds tests of the folder that each one mirrors', () => {
    const strangers = tests.filter((path) => {
      const source = readFileSync(join(ROOT, 'test', 'unit', path), 'utf8');
      const imported = [...source.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, specifier = '']) =>
        posix.join('test/unit', posix.dirname(path), specifier),
      );
      return !imported.some((target) => target.startsWith(`src/${posix.dirname(path)}/`));
    });
    assert.deepEqual(strangers, []);
  });
});

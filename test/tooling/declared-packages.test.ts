import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import packageJson from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..', '..');
/** Packages that no module names: programs that scripts run, and types that the compiler finds by itself. */
const USED_OTHERWISE = ['@types/', 'node', 'prettier'];
/** Not a path; and not a part of a regular expression, which the scanner may take for an import. */
const PACKAGE_SPECIFIER = /^(?:@[a-z0-9-]+\/)?[a-z0-9-][\w./-]*$/;
/** Given by VS Code. */
const PROVIDED = ['vscode'];

const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => /^(?:(?:src|test|bench|scripts)\/(?!fixtures\/).*|[^/]+)\.m?[jt]s$/.test(path));

/** `@scope/name/part` -> `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Packages that a file imports, as values or types. */
function importedPackages(path: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(ROOT, path), 'utf8'), true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((specifier) => PACKAGE_SPECIFIER.test(specifier) && !isBuiltin(specifier))
    .map(packageOf);
}

describe('the packages of package.json', () => {
  const declared = Object.keys(packageJson.devDependencies);
  const imported = new Map(sources.flatMap((path) => importedPackages(path).map((name) => [name, path] as const)));

  it('are all that is imported', () => {
    const undeclared = [...imported].filter(([name]) => !declared.includes(name) && !PROVIDED.includes(name));
    assert.deepEqual(undeclared, []);
  });

  it('are all used', () => {
    const text = sources.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
    const unused = declared.filter(
      (name) =>
        !imported.has(name) &&
        !USED_OTHERWISE.some((used) => (used.endsWith('/') ? name.startsWith(used) : name === used)) &&
        !new RegExp(`['"/]${name}['"/]`).test(text),
    );
    assert.deepEqual(unused, []);
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';
import { RETIRED_NAMES, RETIRED_PHRASES, RETIRED_WORDS } from '../../scripts/lint/vocabulary.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The list of the words itself, and inputs that are other programs' spelling. */
const EXEMPT =
  /^(?:scripts\/lint\/vocabulary\.ts$|test\/tooling\/vocabulary\.test\.ts$|test\/fixtures\/|examples\/|LICENSE)/;
/** Spellings that are accepted from users: the search term `licence:` and the manifest key `licence`. */
const ACCEPTED = new Set(['src/shared/query-text.ts: licence']);

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && !EXEMPT.test(path));
const sources = files.filter((path) => /^(?:src|test|bench|scripts)\/.*\.m?ts$/.test(path));
const texts = files.filter(
  (path) => /\.(?:ts|mts|mjs|js|md|service)$/.test(path) || /^package(?:\.nls)?\.json$/.test(path),
);

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** `catalogRow`, `#catalog_row` and `CATALOG-ROW` -> catalog, row. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

function identifiersOf(path: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) names.add(node.text.replace(/^#/, ''));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest));
  return names;
}

function complaintsAbout(name: string, inFile: string): string[] {
  const retired = wordsOf(name)
    .filter((word) => Object.hasOwn(RETIRED_WORDS, word) && !ACCEPTED.has(`${inFile}: ${name}`))
    .map((word) => `${inFile}: '${name}' holds '${word}', say ${RETIRED_WORDS[word] ?? ''}`);
  const whole = Object.hasOwn(RETIRED_NAMES, name) ? [`${inFile}: '${name}', say ${RETIRED_NAMES[name] ?? ''}`] : [];
  return [...retired, ...whole];
}

describe('the vocabulary', () => {
  it('recognizes retired words in names of every form', () => {
    for (const name of ['lane', 'ProviderLane', 'PEER_LANES', 'laneOf', 'within']) {
      const found = complaintsAbout(name, 'x.ts').length > 0;
      assert.equal(found, name !== 'PEER_LANES', name);
    }
    assert.deepEqual(complaintsAbout('planet', 'x.ts'), []);
  });

  it('has no retired word in identifiers', () => {
    const complaints = sources.flatMap((path) =>
      [...identifiersOf(path)].flatMap((name) => complaintsAbout(name, path)),
    );
    assert.deepEqual(complaints, []);
  });

  it('has no retired word in file names', () => {
    const complaints = files
      .filter((path) => /^(?:src|test|bench|scripts|docs)\//.test(path))
      .flatMap((path) => complaintsAbout(basename(path).replace(/\..*$/, ''), path));
    assert.deepEqual(complaints, []);
  });

  it('has no retired phrase in comments, documents and texts', () => {
    const complaints = texts.flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) =>
          RETIRED_PHRASES.filter(([pattern]) => pattern.test(line)).map(
            ([pattern, instead]) => `${path}:${index + 1} matches ${String(pattern)}: ${instead}`,
          ),
        ),
    );
    assert.deepEqual(complaints, []);
  });
});

import assert from 'node:assert/strict';
import { LIMITS } from '../../../../src/shared/limits.ts';
import { checkPath, checkTree } from '../../../../src/worker/paths/path-safety.ts';

/** Path, and a word of the reason why it is refused. */
const HOSTILE: readonly (readonly [path: string, reason: RegExp])[] = [
  ['', /empty/],
  ['/', /absolute/],
  ['/etc/passwd', /absolute/],
  ['//server/share/file', /UNC/],
  ['\\\\server\\share\\file', /UNC/],
  ['\\\\?\\C:\\Windows\\win.ini', /UNC/],
  ['\\\\.\\PhysicalDrive0', /UNC/],
  ['C:/Windows/win.ini', /drive/],
  ['c:relative.txt', /drive/],
  ['z:', /drive/],
  ['..', /leaves/],
  ['../outside', /leaves/],
  ['a/../../outside', /leaves/],
  ['a/..', /leaves/],
  ['a/b/../c', /leaves/],
  ['.', /"\."/],
  ['./a', /"\."/],
  ['a/./b', /"\."/],
  ['a//b', /empty segment/],
  ['a/', /empty segment/],
  ['a\\b', /backslash/],
  ['..\\outside', /backslash/],
  ['a/..\\..\\b', /backslash/],
  ['\\absolute-on-its-drive', /backslash/],
  ['nul\0byte', /control/],
  ['a/b\u0000.txt', /control/],
  ['line\nbreak', /control/],
  ['tab\there', /control/],
  ['\u001b[31mred', /control/],
  ['delete\u007f', /control/],
  ['next\u0085line', /control/],
  ['evil\u202egnp.exe', /direction/],
  ['isolate\u2066x', /direction/],
  ['mark\u200fx', /direction/],
  ['arabic\u061cmark', /direction/],
  ['zero\u200bwidth', /invisible/],
  ['joiner\u200dx', /invisible/],
  ['non-joiner\u200cx', /invisible/],
  ['.g\u200cit/config', /invisible/],
  ['\ufeffreadme.md', /invisible/],
  ['soft\u00adhyphen', /invisible/],
  ['word\u2060joiner', /invisible/],
  ['hangul\u3164filler', /invisible/],
  ['variation\ufe0f', /invisible/],
  ['tag\u{e0041}', /invisible/],
  ['braille\u2800blank', /invisible/],
  ['line\u2028separator', /invisible/],
  ['noncharacter\uffff', /invisible/],
  ['lone\ud800surrogate', /surrogate/],
  ['lone\udc00surrogate', /surrogate/],
  ['not\ufffdutf8', /undecodable/],
  ['CON', /device/],
  ['con', /device/],
  ['a/PRN', /device/],
  ['aux.c', /device/],
  ['nul.tar.gz', /device/],
  ['NUL .txt', /device/],
  ['COM1', /device/],
  ['com9.log', /device/],
  ['lpt1/file', /device/],
  ['COM¹', /device/],
  ['lpt².txt', /device/],
  ['com³', /device/],
  ['CONIN$', /device/],
  ['conout$.txt', /device/],
  ['CLOCK$', /device/],
  ['trailing.', /dot or a space/],
  ['trailing ', /dot or a space/],
  ['folder./file', /dot or a space/],
  ['folder /file', /dot or a space/],
  ['...', /dot or a space/],
  ['.. /outside', /dot or a space/],
  ['file.txt:stream', /colon/],
  ['file.txt::$DATA', /colon/],
  ['folder:$INDEX_ALLOCATION/file', /colon/],
  ['less<than', /reserved/],
  ['greater>than', /reserved/],
  ['quote"', /reserved/],
  ['pipe|', /reserved/],
  ['question?', /reserved/],
  ['star*', /reserved/],
  ['.git/hooks/post-checkout', /version control/],
  ['.GIT/config', /version control/],
  ['deep/inside/.git', /version control/],
  ['git~1/config', /version control/],
  ['.hg/hgrc', /version control/],
  ['.svn/entries', /version control/],
  ['.jj/repo', /version control/],
  ['x'.repeat(256), /name longer/],
  ['ä'.repeat(128), /name longer/],
  [`${'x'.repeat(200)}/`.repeat(6) + 'x', /longer than 1024/],
  ['é/'.repeat(342) + 'x', /longer than 1024/],
  ['d/'.repeat(LIMITS.pathDepth) + 'f', /nested more/],
];

const SAFE: readonly string[] = [
  'a',
  'README.md',
  'src/index.ts',
  '.gitignore',
  '.github/workflows/ci.yml',
  '.vscode/settings.json',
  '..hidden',
  'a..b/...c',
  'with space/and more.txt',
  ' leading space',
  'console.ts',
  'nullable.rs',
  'auxiliary/com10.txt',
  'com.example.app',
  'lpt',
  'git~10',
  '.gitattributes',
  'übung/日本語/файл.txt',
  'emoji-😀.png',
  "it's (a) [file] {with} $igns & #hashes; 100%, ~tilde, +plus=equals@at!^`",
  'x'.repeat(255),
  'd/'.repeat(LIMITS.pathDepth - 1) + 'f',
];

/** Trees whose paths are valid one by one but not together: the reported path, and a word of the reason. */
const CLASHES: readonly (readonly [paths: readonly string[], blamed: string, reason: RegExp])[] = [
  [['a', 'a'], 'a', /twice/],
  [['README.md', 'readme.md'], 'readme.md', /clashes with "README\.md"/],
  [['Src/a', 'src/b'], 'src/b', /clashes with "Src"/],
  [['a/B/c', 'a/b/d'], 'a/b/d', /clashes with "a\/B"/],
  [['a', 'a/b'], 'a/b', /file and a folder/],
  [['a/b', 'a'], 'a', /file and a folder/],
  [['a/b', 'A'], 'A', /file and a folder/],
  [['caf\u00e9', 'cafe\u0301'], 'cafe\u0301', /clashes/],
  [['CAF\u00c9', 'cafe\u0301'], 'cafe\u0301', /clashes/],
  [['stra\u00dfe', 'STRASSE'], 'STRASSE', /clashes/],
  [['\u017fecret', 'secret'], 'secret', /clashes/],
  [['\u212aelvin', 'kelvin'], 'kelvin', /clashes/],
  [['\u03c3\u03c2', '\u03a3\u03a3'], '\u03a3\u03a3', /clashes/],
  [['\ufb01le', 'FILE'], 'FILE', /clashes/],
  [['\u0130', 'i\u0307'], 'i\u0307', /clashes/],
];

describe('path safety', () => {
  for (const [path, reason] of HOSTILE) {
    it(`refuses ${JSON.stringify(path.length > 60 ? `${path.slice(0, 20)}… (${path.length})` : path)}`, () => {
      assert.match(checkPath(path) ?? 'is safe', reason);
      assert.deepEqual(
        checkTree([path]).map((problem) => [problem.path, problem.code]),
        [[path, 'path-unsafe']],
      );
    });
  }

  for (const path of SAFE) {
    it(`accepts ${JSON.stringify(path.slice(0, 60))}`, () => {
      assert.equal(checkPath(path), undefined);
    });
  }

  it('accepts all of them in one tree', () => {
    assert.deepEqual(checkTree(SAFE), []);
  });

  for (const [paths, blamed, reason] of CLASHES) {
    it(`detects the clash of ${JSON.stringify(paths)}`, () => {
      assert.deepEqual(
        paths.map(checkPath),
        paths.map(() => undefined),
      );
      const problems = checkTree(paths);
      assert.deepEqual(
        problems.map(({ path, code }) => [path, code]),
        [[blamed, 'path-collision']],
      );
      assert.match(problems[0]?.reason ?? '', reason);
      assert.equal(checkTree([...paths].reverse()).length, 1);
    });
  }

  it('finds no clash between equal names in different folders', () => {
    assert.deepEqual(checkTree(['a/readme', 'b/README', 'c/Readme/x', 'd/readme/x']), []);
  });

  it('reports every path of a clash once', () => {
    const problems = checkTree(['A/1', 'a/2', 'a/3', 'a/4/5', '../x', 'a/2']);
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['a/2', 'a/3', 'a/4/5', '../x', 'a/2'],
    );
  });

  it('handles a tree of the maximum release size, in any order', () => {
    const paths = Array.from(
      { length: LIMITS.filesPerRelease },
      (_, index) => `folder-${index % 100}/file-${index}.txt`,
    );
    assert.deepEqual(checkTree(paths), []);
    const clash = [...paths.slice(5_000), 'FOLDER-7/new', ...paths.slice(0, 5_000)];
    assert.equal(
      checkTree(clash).length,
      1 + paths.slice(0, 5_000).filter((path) => path.startsWith('folder-7/')).length - 50,
    );
  });
});

import assert from 'node:assert/strict';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { ProjectFolder } from '../project-folder.ts';

/** Code, line and column of each error of a manifest, and that its file is named. */
async function errors(file: string, content: string | Uint8Array): Promise<unknown[]> {
  await using folder = await ProjectFolder.of({ [file]: content });
  const { diagnostics, name } = await readManifest(folder.root, undefined);
  const found = diagnostics.filter(({ severity }) => severity === 'error');
  assert.ok(found.every(({ path }) => path === file));
  if (found.some(({ code }) => code === 'manifest-syntax')) assert.equal(name, '');
  return found.map(({ code, line, column }) => [code.replace('manifest-', ''), line, column]);
}

/** Each with two syntax problems, and the end of another one that can only be found when the first are passed. */
const SEVERAL: Readonly<Record<string, readonly [file: string, text: string, expected: readonly unknown[]]>> = {
  'package.json': [
    'package.json',
    '{\n  "name": 5,\n  "version": 1.0.0,\n  "description": "x"\n  "license": "MIT",\n  "ggen": { "dependencies": { "x": "^^1" } }\n}\n',
    [
      ['syntax', 3, 17],
      ['syntax', 5, 3],
      ['name-invalid', 2, 3],
      ['dependency-range', 6, 31],
    ],
  ],
  'Cargo.toml': [
    'Cargo.toml',
    '[package]\nname = ["x"]\nversion = 1.0.0\nlicense = MIT\n[package.metadata.ggen.dependencies]\nx = "^^1"\n',
    [
      ['syntax', 3, 14],
      ['syntax', 4, 11],
      ['name-invalid', 2, 1],
      ['dependency-range', 6, 1],
    ],
  ],
  'pyproject.toml': [
    'pyproject.toml',
    '[project]\nname = true\nversion = 1.0.0\nversion = "2.0.0"\nkeywords = [a]\n[tool.ggen.dependencies]\nx = "^^1"\n',
    [
      ['syntax', 3, 14],
      ['syntax', 4, 1],
      ['syntax', 5, 13],
      ['name-invalid', 2, 1],
      ['dependency-range', 7, 1],
    ],
  ],
  'gpack.toml': [
    'gpack.toml',
    '[gpack]\nid = "///"\nname "x"\nversion = 1.0.0\n[[dependencies]]\nid = "x"\nversion = "^^1"\n[bad\nx = 1\n',
    [
      ['syntax', 3, 6],
      ['syntax', 4, 14],
      ['syntax', 8, 5],
      ['name-invalid', 2, 1],
      ['dependency-range', 5, 3],
    ],
  ],
  'package.toml': [
    'package.toml',
    '[package]\nname = "-"\nversion = 01\ndescription = "a\n[package]\n[dependencies]\nx = { version = 1.x.y, optional = false }\ny = "^^1"\n',
    [
      ['syntax', 3, 11],
      ['syntax', 4, 17],
      ['syntax', 5, 2],
      ['syntax', 7, 19],
      ['name-invalid', 2, 1],
      ['dependency-range', 8, 1],
    ],
  ],
};

describe('errors of manifests', () => {
  for (const [what, [file, text, expected]] of Object.entries(SEVERAL)) {
    it(`are all found at once, with line and column: ${what}`, async () => {
      assert.deepEqual(await errors(file, text), expected);
      assert.deepEqual(await errors(file, `\ufeff${text}`), expected);
      // A carriage return belongs to no column.
      const lines = (await errors(file, text.replaceAll('\n', '\r\n'))) as [string, number][];
      assert.deepEqual(
        lines.map(([code, line]) => [code, line]),
        (expected as readonly [string, number][]).map(([code, line]) => [code, line]),
      );
    });
  }

  it('end at a problem after which nothing can be read for certain', async () => {
    for (const [text, line] of [
      ['[package]\nauthors = [ "a",\nname = "x"\n[b]\n', 3],
      ['[package]\nname = """x\nversion = 1\n', 2],
      ["[package]\nname = '''x\nversion = 1\n", 2],
    ] as const) {
      const found = await errors('package.toml', text);
      assert.deepEqual(
        found.map((error) => (error as [string, number])[1]),
        [line],
        text,
      );
    }
  });

  it('have a bound', async () => {
    const many = (line: string): string => Array<string>(500).fill(line).join('\n');
    assert.equal((await errors('gpack.toml', `[gpack]\n${many('x y')}`)).length, 50);
    assert.equal((await errors('package.json', `{${many('"a" 1,')}}`)).length, 50);
  });

  it('do not follow from one another', async () => {
    assert.deepEqual(await errors('gpack.toml', '[gpack]\nname = x y\nversion = 1.0.0\n'), [
      ['syntax', 2, 8],
      ['syntax', 3, 14],
    ]);
    assert.deepEqual(await errors('gpack.toml', '[gpack\nname = "x"\nversion = "1.0.0"\n'), [['syntax', 1, 7]]);
    assert.deepEqual(await errors('package.json', '{"name": "x", "version: "1.0.0"}'), [['syntax', 1, 26]]);
  });

  it('name the first invalid byte, also after a replacement character', async () => {
    const text = Buffer.from('[gpack]\n# \ufffd and more\nname = "caf');
    const bytes = Buffer.concat([text, Buffer.from([0xe9]), Buffer.from('"\n')]);
    assert.deepEqual(await errors('gpack.toml', bytes), [['encoding', 3, 12]]);
    const cut = Buffer.concat([Buffer.from('\ufeff{"name":"'), Buffer.from([0xef, 0xbf])]);
    assert.deepEqual(await errors('package.json', cut), [['encoding', 1, 10]]);
  });
});

describe('`files` of a package.json', () => {
  const files = (value: unknown): Promise<unknown[]> =>
    errors('package.json', JSON.stringify({ name: 'x', version: '1.0.0', files: value }, null, 2));

  it('blocks publishing when it is no list of strings, at each place', async () => {
    for (const value of ['lib', { lib: true }, 3, true]) assert.deepEqual(await files(value), [['files', 4, 3]]);
    assert.deepEqual(await files(['lib', 3, null, 'dist', ['x']]), [
      ['files', 6, 5],
      ['files', 7, 5],
      ['files', 9, 5],
    ]);
  });

  it('may be absent as npm takes it', async () => {
    for (const value of [undefined, null, false, '', [], ['lib']]) assert.deepEqual(await files(value), []);
  });
});

describe('dependencies', () => {
  const publisher = createPublisherKey().id;
  /** IDs that are not valid as written, and a part of the message. */
  const INVALID: Readonly<Record<string, RegExp>> = {
    'z6MkBAD/x': /"z6MkBAD" is not a publisher ID/,
    [`${publisher.slice(0, -1)}/x`]: /is not a publisher ID/,
    '../x': /"\.\." is not a publisher ID/,
    '/x': /"" is not a publisher ID/,
    '@s/p': /"@s" is not a publisher ID/,
    'D D': /for example "d-d"\.$/,
    [`${publisher}/Café`]: /for example "z6Mk\w+\/cafe"\.$/,
    [`${publisher}/a/b`]: /names consist of/,
    [`${publisher}/`]: /between them\.$/,
    '': /between them\.$/,
    'ontology.': /for example "ontology"/,
  };

  it('are errors when they are not valid as written, each at its line', async () => {
    const ids = Object.keys(INVALID);
    const rows = ids.map((id) => `${JSON.stringify(id)} = "1"`).join('\n');
    const table = `[gpack]\nid = "x"\nversion = "1.0.0"\n[gpack.dependencies]\n${rows}\nright = "1"\n`;
    const named = Object.fromEntries(ids.map((id) => [id, '1']));
    const json = JSON.stringify({ name: 'x', version: '1.0.0', ggen: { dependencies: named } }, null, 2);
    for (const [file, content, line] of [
      ['gpack.toml', table, 5],
      ['package.json', json, 6],
    ] as const) {
      await using folder = await ProjectFolder.of({ [file]: content });
      const { diagnostics, dependencies } = await readManifest(folder.root, undefined);
      const found = diagnostics.filter(({ code }) => code === 'manifest-dependency-id');
      assert.deepEqual(
        found.map((one) => [one.severity, one.path, one.line]),
        ids.map((_, index) => ['error', file, line + index]),
      );
      for (const [index, pattern] of Object.values(INVALID).entries())
        assert.match(found[index]?.message ?? '', pattern);
      assert.deepEqual(
        dependencies.map(({ id }) => id),
        file === 'gpack.toml' ? ['right'] : [],
      );
    }
  });

  it('are taken as written when they are valid', async () => {
    const ids = ['x', 'io.ggen.base', 'a_b-c', `${publisher}/x`];
    const rows = ids.map((id) => `${JSON.stringify(id)} = "1"`).join('\n');
    await using folder = await ProjectFolder.of({
      'gpack.toml': `[gpack]\nid = "y"\nversion = "1.0.0"\n[gpack.dependencies]\n${rows}\n`,
    });
    const { dependencies } = await readManifest(folder.root, undefined);
    assert.deepEqual(
      dependencies.map(({ id }) => id),
      ids,
    );
  });
});

describe('dependencies that are none on packages', () => {
  it('have one remark', async () => {
    const manifest =
      '[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n[dependencies]\nreal = "1.2"\n' +
      'ontology = "ontology/x.ttl"\nsibling = { path = "sibling" }\nremote = { git = "https://example.com/x" }\nfile = "file:x"\n';
    await using folder = await ProjectFolder.of({ 'package.toml': manifest });
    const { diagnostics, dependencies } = await readManifest(folder.root, undefined);
    assert.deepEqual(
      diagnostics.map(({ severity, code, line, column }) => [severity, code, line, column]),
      [['warning', 'manifest-dependency-reference', 8, 1]],
    );
    assert.match(diagnostics[0]?.message ?? '', /^"ontology", "sibling", "remote" and 1 more refer to a path or URL/);
    assert.deepEqual(dependencies, [{ id: 'real', requirement: '^1.2', optional: false }]);
  });
});

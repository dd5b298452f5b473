import assert from 'node:assert/strict';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import { ProjectFolder, type Files } from '../project-folder.ts';

const npm = (fields: Readonly<Record<string, unknown>>): Files => ({
  'package.json': JSON.stringify({ name: 'x', version: '1.0.0', description: 'x', license: 'MIT', ...fields }, null, 2),
});
const cargo = (line: string): Files => ({
  'Cargo.toml': `[package]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\n${line}\n`,
});
const python = (...classifiers: readonly string[]): Files => ({
  'pyproject.toml': `[project]\nname = "x"\nversion = "1.0.0"\ndescription = "x"\nlicense = "MIT"\nclassifiers = ${JSON.stringify(classifiers)}\n`,
});

/** `line: clause` for a private project. */
async function privacy(files: Files): Promise<string | undefined> {
  await using folder = await ProjectFolder.of(files);
  const { diagnostics } = await readManifest(folder.root, undefined);
  const found = diagnostics.filter(({ code }) => code === 'project-private');
  assert.ok(found.length <= 1 && found.every(({ fingerprint }) => fingerprint === 'private'));
  return found[0] && `${found[0].line}: ${/^This project is private: (.*?)\. Everyone/.exec(found[0].message)?.[1]}`;
}

const PRIVATE: readonly (readonly [Files, string])[] = [
  [npm({ private: true }), '6: `private` is true'],
  [npm({ private: 'true' }), '6: `private` is true'],
  [npm({ license: 'UNLICENSED' }), '5: the license is UNLICENSED'],
  [npm({ private: true, license: 'unlicensed' }), '6: `private` is true, and the license is UNLICENSED'],
  [npm({ publishConfig: { access: 'restricted' } }), '7: its access in `publishConfig` is restricted'],
  [npm({ publishConfig: { registry: 'https://npm.example.org/' } }), '7: `publishConfig` names another registry'],
  [
    npm({ name: '@s/x', publishConfig: { '@s:registry': 'https://npm.example.org/' } }),
    '7: `publishConfig` names another registry',
  ],
  [cargo('publish = false'), '6: `publish` is false'],
  [cargo('publish = []'), '6: `publish` lists registries, and crates-io is not among them'],
  [cargo('publish = ["ours"]'), '6: `publish` lists registries, and crates-io is not among them'],
  [cargo('publish.workspace = true\n[workspace.package]\npublish = false'), '6: `publish` is false'],
  [python('Private :: Do Not Upload'), '6: it has the classifier `Private :: Do Not Upload`'],
  [
    { 'pyproject.toml': '[tool.poetry]\nname = "x"\nversion = "1.0.0"\nclassifiers = ["Private :: No"]\n' },
    '4: it has the classifier `Private :: No`',
  ],
  [{ 'gpack.toml': '[gpack]\nid = "x"\nversion = "1.0.0"\nlicense = "UNLICENSED"\n' }, '4: the license is UNLICENSED'],
];

const PUBLIC: readonly Files[] = [
  npm({}),
  npm({ private: false, license: 'Unlicense' }),
  npm({ publishConfig: { access: 'public', registry: 'https://registry.npmjs.org/', tag: 'next' } }),
  npm({ name: '@s/x', publishConfig: { '@other:registry': 'https://npm.example.org/' } }),
  npm({
    name: '@s/x',
    publishConfig: { '@s:registry': 'https://registry.npmjs.org/', registry: 'https://npm.example.org/' },
  }),
  cargo(''),
  cargo('publish = true'),
  cargo('publish = ["ours", "crates-io"]'),
  python('Development Status :: 4 - Beta', 'Topic :: Private'),
];

describe('a private project', () => {
  for (const [files, expected] of PRIVATE) {
    it(`is recognized: ${expected} (${Object.keys(files).join()})`, async () => {
      assert.equal(await privacy(files), expected);
    });
  }

  it('is no project that may be published', async () => {
    for (const files of PUBLIC) assert.equal(await privacy(files), undefined, JSON.stringify(files));
  });
});

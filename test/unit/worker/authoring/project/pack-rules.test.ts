import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { ruleText } from '../../../../../src/shared/pack-rule.ts';
import { readManifest } from '../../../../../src/worker/authoring/manifest/read-manifest.ts';
import type { ProjectScan } from '../../../../../src/worker/authoring/project/project.ts';
import { scanProject } from '../../../../../src/worker/authoring/project/scan-project.ts';
import { ProjectFolder } from '../project-folder.ts';
import { MANIFEST, scan } from './scan-files.ts';

type Rules = Record<string, string>;

const rules = (entries: ProjectScan['files'] | ProjectScan['excluded']): Rules =>
  Object.fromEntries(entries.map(({ path, rule }) => [path, ruleText(rule)]));

async function scanned(root: string): Promise<ProjectScan> {
  return await scanProject(root, { manifest: await readManifest(root, undefined) });
}

describe('the rule of each entry of a project', () => {
  it('names the ignore file, its line and the pattern', async () => {
    const { files, excluded } = await scan({
      'README.md': '',
      '.gitignore': '# built\n\ndist/\n',
      'sub/.ggenignore': '*.map\n',
      'sub/a.map': '',
      'sub/a.js': '',
      'dist/deep/a.js': '',
      'node_modules/a/index.js': '',
      'sub/.git': '',
    });
    assert.deepEqual(rules(excluded), {
      'dist/': 'excluded by the pattern "dist/" (.gitignore:3)',
      'node_modules/': 'never published: dependencies, or state of an editor or operating system',
      'sub/.git': 'data of version control',
      'sub/a.map': 'excluded by the pattern "*.map" (sub/.ggenignore:1)',
    });
    assert.equal(rules(files)['sub/a.js'], 'no rule excludes it');
  });

  it('names the line of the manifest', async () => {
    await using folder = await ProjectFolder.of({
      'package.toml': `${MANIFEST}include = [\n  "/src",\n  "*.md",\n]\nexclude = ["*.tmp"]\n`,
      'README.md': '',
      LICENSE: '',
      'src/a.js': '',
      'src/a.tmp': '',
      'other.js': '',
    });
    const { files, excluded } = await scanned(folder.root);
    assert.deepEqual(rules(files), {
      LICENSE: 'always included',
      'README.md': 'included by the pattern "*.md" (package.toml:8)',
      'package.toml': 'the manifest',
      'src/a.js': 'included by the pattern "/src" (package.toml:7)',
    });
    assert.deepEqual(rules(excluded), {
      'other.js': 'no pattern of `include` matches it',
      'src/a.tmp': 'excluded by the pattern "*.tmp" (package.toml:10)',
    });
  });

  it('leaves out the list of accepted secrets unless the manifest names it', async () => {
    const accepted = '0123456789abcdef  # src/a.js:1\n';
    const files = { 'README.md': '', '.ggensecrets': accepted, 'sub/.ggensecrets': accepted, 'sub/a.js': '' };
    const left = 'list of accepted secrets, which the manifest does not name';
    const plain = await scan(files);
    assert.deepEqual(rules(plain.excluded), { '.ggensecrets': left, 'sub/.ggensecrets': left });
    for (const [include, isPacked] of [
      ['.ggensecrets', true],
      ['/.ggensecrets', true],
      ['.ggen*', false],
    ] as const) {
      await using folder = await ProjectFolder.of({
        ...files,
        'package.toml': `${MANIFEST}include = ["sub", "${include}"]\n`,
      });
      const scanning = await scanned(folder.root);
      assert.equal('.ggensecrets' in rules(scanning.files), isPacked, include);
      assert.equal(rules(scanning.excluded)['sub/.ggensecrets'], left);
    }
  });

  it('leads out of a member to the ignore file of its repository', async () => {
    await using folder = await ProjectFolder.of({
      '.gitignore': 'out\n*.log\n',
      'member/package.toml': MANIFEST,
      'member/README.md': '',
      'member/out/a': '',
      'member/kept.log': '',
    });
    execFileSync('git', ['init', '-q'], { cwd: folder.root });
    execFileSync('git', ['add', '-f', 'member/kept.log'], { cwd: folder.root });
    const { files, excluded } = await scanned(folder.path('member'));
    assert.deepEqual(rules(excluded), { 'out/': 'excluded by the pattern "out" (../.gitignore:1)' });
    assert.equal(rules(files)['kept.log'], 'tracked by git, although ignored by the pattern "*.log" (../.gitignore:2)');
  });

  it('is one of npm in an npm project', async () => {
    await using folder = await ProjectFolder.of({
      'package.json': '{"name":"x","version":"1.0.0","files":["dist","*.d.ts"],"main":"main.js","bin":"bin.js"}',
      'README.md': '',
      'main.js': '',
      'bin.js': '',
      'index.d.ts': '',
      'dist/a.js': '',
      'dist/.npmignore': '*.map\n',
      'dist/a.map': '',
      'src/a.ts': '',
      'package-lock.json': '{}',
    });
    const { files, excluded } = await scanned(folder.root);
    assert.deepEqual(rules(files), {
      'README.md': 'always packed by npm',
      'bin.js': 'named by `bin` (package.json)',
      'dist/a.js': 'named by `files` "dist" (package.json)',
      'index.d.ts': 'named by `files` "*.d.ts" (package.json)',
      'main.js': 'named by `main` (package.json)',
      'package.json': 'always packed by npm',
    });
    assert.deepEqual(rules(excluded), {
      'dist/.npmignore': 'never packed by npm',
      'dist/a.map': 'excluded by the pattern "*.map" (dist/.npmignore:1)',
      'package-lock.json': 'never packed by npm',
      'src/': '`files` does not name it',
    });
  });

  it('is told for a bounded number of entries; the others are counted', async () => {
    await using folder = await ProjectFolder.of({ 'README.md': '', '.gitignore': '*.o\n' });
    await folder.write(Object.fromEntries(Array.from({ length: 1_005 }, (_, index) => [`a${index}.o`, ''])));
    const { excluded, moreExcluded } = await scanProject(folder.root);
    assert.deepEqual([excluded.length, moreExcluded], [1_000, 5]);
  });
});

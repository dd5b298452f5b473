import { dirname, join, posix } from 'node:path';
import { lstat } from 'node:fs/promises';
import { parsePatterns } from '../../../ignore/ignore-patterns.ts';
import type { PackRule } from '../../../shared/model.ts';
import { isTable } from '../manifest/document.ts';
import type { ManifestFields } from '../manifest/manifest-fields.ts';
import type { ManifestPattern } from '../manifest/manifest.ts';
import { readIgnoreFile } from '../selection/read-ignore-file.ts';
import { PathPatterns } from '../selection/path-patterns.ts';
import type { FileListing, ListStep } from './python-selection.ts';
import { globStep, LICENSE_GLOBS, manifestGlobs } from './python-selection.ts';
import { patterns } from '../manifest/package-formats/python-package.ts';
import type { PythonPackage } from '../manifest/package-formats/python-package.ts';

/** Parent folders searched for a .gitignore. */
const MAX_PARENT_LEVELS = 64;
/** Folders that Hatch never enters: `EXCLUDED_DIRECTORIES` of hatchling. */
const CLOSED_FOLDERS: ReadonlySet<string> = new Set([
  '__pycache__', '.venv', '.git', '.hg', '.hatch', '.tox', '.nox', '.ruff_cache', '.pytest_cache', '.mypy_cache', '.pixi',
]); // prettier-ignore
const GLOBAL_EXCLUDE = ['*.py[cdo]', '/dist'];

/**
 * What `hatchling` lists: https://hatch.pypa.io/latest/plugins/builder/sdist/
 *
 * @param folder absolute path of the manifest's folder
 */
export async function hatchListing(
  { tool, readmes, licenseFiles }: PythonPackage,
  manifest: string,
  folder: string,
): Promise<FileListing> {
  const build = tool.sub('build');
  const target = build.sub('targets').sub('sdist');
  const list = (key: string): ManifestPattern[] => patterns(target.has(key) ? target : build, key);
  const ignoreFile = await nearestGitignore(folder);
  const ignoresVcs = (target.value('ignore-vcs') ?? build.value('ignore-vcs')) === true;
  const exclude = [
    ...GLOBAL_EXCLUDE.map((value) => ({ value, rule: { text: 'never packed by Hatch' } })),
    ...(ignoreFile === undefined || ignoresVcs ? [] : ignoreFile.patterns),
    ...compile(list('exclude'), manifest, 'excluded by the pattern'),
  ];
  return {
    gitignore: false,
    closed: (path) => (CLOSED_FOLDERS.has(posix.basename(path)) ? { text: 'never packed by Hatch' } : undefined),
    steps: [
      includeStep(list('include'), list('packages'), list('only-include'), manifest),
      gitStep(false, exclude),
      gitStep(true, compile(list('artifacts'), manifest, 'named by `artifacts`')),
      NEVER,
      globStep(true, forced(target.hasTable('force-include') ? target : build, manifest), { tree: true }),
      globStep(true, [
        ...['pyproject.toml', 'hatch.toml', 'hatch_build.py'].map((glob) => ({ glob, rule: ALWAYS })),
        ...(ignoreFile?.isOwn === true ? [{ glob: '.gitignore', rule: ALWAYS }] : []),
        ...manifestGlobs(manifest, 'readme', readmes),
        ...(licenseFiles === undefined ? LICENSE_GLOBS : manifestGlobs(manifest, 'license-files', licenseFiles)),
      ]),
    ],
    ...(ignoreFile?.isOwn === false
      ? { outside: [{ path: '.gitignore', absolutePath: ignoreFile.path, rule: ALWAYS }] }
      : {}),
  };
}

const ALWAYS: PackRule = { text: 'always packed by Hatch' };
/** `EXCLUDED_FILES` of hatchling. */
const NEVER: ListStep = {
  packed: false,
  match: (path) => (/(?:^|\/)\.DS_Store$/.test(path) ? { text: 'never packed by Hatch' } : undefined),
  reaches: () => false,
};

/** A pattern in git's syntax, with the rule that it is. */
interface HatchPattern {
  readonly value: string;
  readonly rule: PackRule;
}

function compile(list: readonly ManifestPattern[], manifest: string, text: string): HatchPattern[] {
  return list.map(({ value, line }) => ({ value, rule: { text, pattern: value, path: manifest, line } }));
}

function includeStep(
  include: readonly ManifestPattern[],
  packages: readonly ManifestPattern[],
  only: readonly ManifestPattern[],
  manifest: string,
): ListStep {
  if (only.length > 0) return globStep(true, manifestGlobs(manifest, 'only-include', only), { tree: true });
  const rooted = packages.map(({ value, line }) => ({ value: `/${value}/`, line }));
  const all = compile([...include, ...rooted], manifest, 'included by the pattern');
  if (all.length > 0) return gitStep(true, all);
  return { packed: true, match: () => ({ text: 'no rule excludes it' }), reaches: () => true };
}

/** A step with patterns in git's syntax. */
function gitStep(packed: boolean, list: readonly HatchPattern[]): ListStep {
  const patterns = new PathPatterns(list);
  return {
    packed,
    match: (path) => {
      const match = patterns.file(path);
      return match === undefined || match.isNegated ? undefined : match.source.rule;
    },
    reaches: () => list.length > 0,
  };
}

/** Sources of `force-include`, which are paths and no patterns. */
function forced(fields: ManifestFields, manifest: string): { readonly glob: string; readonly rule: PackRule }[] {
  const value = fields.value('force-include');
  const table = fields.sub('force-include');
  const paths = isTable(value) ? table.keys() : [];
  return manifestGlobs(
    manifest,
    'force-include',
    paths.map((path) => ({ value: path, line: table.report.positionOf(table.at(path)).line })),
  );
}

/** The .gitignore of the folder or the nearest one above it, up to the repository's root. Hatch applies no other. */
async function nearestGitignore(
  folder: string,
): Promise<{ readonly path: string; readonly isOwn: boolean; readonly patterns: readonly HatchPattern[] } | undefined> {
  let name = '.gitignore';
  for (let at = folder, level = 0; level < MAX_PARENT_LEVELS; at = dirname(at), level++) {
    const path = join(at, '.gitignore');
    const text = await readIgnoreFile(path);
    if (text !== undefined) {
      const patterns = parsePatterns(text, '', name).map(({ written: value, line }) => ({
        value,
        rule: {
          text: 'excluded by the pattern',
          pattern: value.trim(),
          path: name,
          ...(line === undefined ? {} : { line }),
        },
      }));
      return { path, isOwn: at === folder, patterns };
    }
    const isBoundary = (await lstat(join(at, '.git')).catch(() => undefined)) !== undefined;
    if (isBoundary || dirname(at) === at) return undefined;
    name = `../${name}`;
  }
  return undefined;
}

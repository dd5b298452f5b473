import type { PackRule } from '../../../shared/model.ts';
import { isTable, ownValue } from '../manifest/document.ts';
import type { ManifestFields } from '../manifest/manifest-fields.ts';
import type { ManifestPattern } from '../manifest/manifest.ts';
import { COMPILED } from './flit.ts';
import type { FileListing } from './python-selection.ts';
import { globStep, LICENSE_GLOBS, manifestGlobs } from './python-selection.ts';
import { patterns } from '../manifest/package-formats/python-package.ts';
import type { PythonPackage } from '../manifest/package-formats/python-package.ts';

/** What `poetry-core` lists: https://python-poetry.org/docs/pyproject/#exclude-and-include */
export function poetryListing({ name, tool, readmes, licenseFiles }: PythonPackage, manifest: string): FileListing {
  const include = globStep(true, manifestGlobs(manifest, 'include', sdistEntries(tool, 'include')), { tree: true });
  const required = globStep(true, [
    { glob: 'pyproject.toml', rule: { text: 'the manifest' } },
    ...manifestGlobs(manifest, 'readme', readmes),
    ...(licenseFiles === undefined
      ? [...LICENSE_GLOBS, { glob: 'LICENSES/**/*', rule: { text: 'license file' } }]
      : manifestGlobs(manifest, 'license-files', licenseFiles)),
  ]);
  return {
    gitignore: true,
    explicit: [include, required],
    steps: [
      globStep(true, packages(tool, name, manifest), { tree: true }),
      globStep(false, manifestGlobs(manifest, 'exclude', sdistEntries(tool, 'exclude')), { tree: true }),
      include,
      COMPILED,
      globStep(true, buildScript(tool, manifest)),
      required,
    ],
  };
}

/** The packages that the manifest names, else the one with the project's name. */
function packages(tool: ManifestFields, name: string, manifest: string): { glob: string; rule: PackRule }[] {
  const listed = tool.value('packages');
  if (Array.isArray(listed) && listed.length > 0) {
    return tool.elements('packages', listed).flatMap(({ value, at }) => {
      if (!isTable(value) || !isForSdist(value)) return [];
      const [include, from] = [ownValue(value, 'include'), ownValue(value, 'from')];
      if (typeof include !== 'string') return [];
      const glob = typeof from === 'string' ? `${from}/${include}` : include;
      const { line } = tool.report.positionOf(at);
      return [{ glob, rule: { text: 'named by `packages`', pattern: glob, path: manifest, line } }];
    });
  }
  const module = name.replace(/[-.]/g, '_');
  const rule = { text: `part of the package \`${module}\`` };
  return [module, `${module}.py`, `src/${module}`, `src/${module}.py`].map((glob) => ({ glob, rule }));
}

/** Entries without a format, and those for source distributions. */
function sdistEntries(tool: ManifestFields, key: string): ManifestPattern[] {
  const value = tool.value(key);
  if (!Array.isArray(value)) return [];
  const wanted = value.map((entry) => !isTable(entry) || isForSdist(entry));
  return tool.elements(key, value).flatMap(({ value: entry, at }, index) => {
    const path = isTable(entry) ? ownValue(entry, 'path') : entry;
    if (wanted[index] !== true || typeof path !== 'string') return [];
    return [{ value: path, line: tool.report.positionOf(at).line }];
  });
}

function isForSdist(entry: Readonly<Record<string, unknown>>): boolean {
  const format = ownValue(entry, 'format');
  return format === undefined || format === 'sdist' || (Array.isArray(format) && format.includes('sdist'));
}

function buildScript(tool: ManifestFields, manifest: string): { glob: string; rule: PackRule }[] {
  const script = tool.hasTable('build') ? patterns(tool.sub('build'), 'script') : patterns(tool, 'build');
  return manifestGlobs(manifest, 'build', script);
}

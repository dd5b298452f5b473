import type { PackRule } from '../../../shared/model.ts';
import type { FileListing, ListStep } from './python-selection.ts';
import { globStep, LICENSE_GLOBS, manifestGlobs } from './python-selection.ts';
import { patterns } from '../manifest/package-formats/python-package.ts';
import type { PythonPackage } from '../manifest/package-formats/python-package.ts';

/** What `flit_core` lists: https://flit.pypa.io/en/stable/pyproject_toml.html#sdist-section */
export function flitListing(
  { name, tool, readmes, licenseFiles, licenseTable }: PythonPackage,
  manifest: string,
): FileListing {
  const named = tool.sub('module').value('name');
  const module = (typeof named === 'string' ? named : name.replaceAll('-', '_')).replaceAll('.', '/');
  const rule: PackRule = { text: `part of the package \`${module.replaceAll('/', '.')}\`` };
  const globs = [module, `${module}.py`, `src/${module}`, `src/${module}.py`].map((glob) => ({ glob, rule }));
  const data = patterns(tool.sub('external-data'), 'directory');
  const sdist = tool.sub('sdist');
  return {
    gitignore: false,
    steps: [
      globStep(true, [...globs, ...manifestGlobs(manifest, 'external-data', data)], { tree: true }),
      COMPILED,
      globStep(true, manifestGlobs(manifest, 'include', patterns(sdist, 'include')), { tree: true, hidden: false }),
      globStep(false, manifestGlobs(manifest, 'exclude', patterns(sdist, 'exclude')), { tree: true, hidden: false }),
      globStep(true, [
        { glob: 'pyproject.toml', rule: { text: 'the manifest' } },
        ...manifestGlobs(manifest, 'readme', readmes),
        ...manifestGlobs(manifest, 'license.file', licenseTable),
        ...(licenseFiles === undefined ? LICENSE_GLOBS : manifestGlobs(manifest, 'license-files', licenseFiles)),
      ]),
    ],
  };
}

/** Python's cache of compiled modules. */
export const COMPILED: ListStep = {
  packed: false,
  match: (path) => (/(?:^|\/)__pycache__\/|\.pyc$/.test(path) ? { text: 'compiled by Python' } : undefined),
  reaches: () => false,
};

import { join, posix } from 'node:path';
import type { PackRule } from '../../../shared/model.ts';
import type { ManifestFields } from '../manifest/manifest-fields.ts';
import { readIgnoreFile } from '../selection/read-ignore-file.ts';
import { manifestInSteps } from './manifest-in.ts';
import { patterns } from '../manifest/package-formats/python-package.ts';
import type { PythonPackage } from '../manifest/package-formats/python-package.ts';
import type { FileListing, ListStep } from './python-selection.ts';
import { globStep, LICENSE_GLOBS, manifestGlobs } from './python-selection.ts';
import { setuptoolsPackages } from './setuptools-packages.ts';

/** The first one that exists is packed. */
const READMES = ['README', 'README.rst', 'README.txt', 'README.md'];

/**
 * What setuptools lists when the project is described in pyproject.toml and MANIFEST.in. Undefined when a setup.py or a
 * setup.cfg describes it: programs do not run here.
 *
 * @param folder absolute path of the manifest's folder
 * @param names of the folder's entries
 */
export async function setuptoolsListing(
  { tool, readmes, licenseFiles, licenseTable }: PythonPackage,
  manifest: string,
  folder: string,
  names: ReadonlySet<string>,
): Promise<FileListing | undefined> {
  if (names.has('setup.py')) return undefined;
  const config = names.has('setup.cfg') ? await readIgnoreFile(join(folder, 'setup.cfg')) : undefined;
  if (config !== undefined && /^\[options/m.test(config)) return undefined;
  const template = names.has('MANIFEST.in') ? await readIgnoreFile(join(folder, 'MANIFEST.in')) : undefined;
  const manifestIn = posix.join(posix.dirname(manifest), 'MANIFEST.in');
  const readme = READMES.find((name) => names.has(name));
  const packages = setuptoolsPackages(tool, manifest, names);
  const licenses = licenseFiles ?? patterns(tool, 'license-files');
  return {
    gitignore: false,
    enter: packages.enter,
    closed: (path) => (/(?:^|\/)(?:RCS|CVS|\.svn)$/.test(path) || path === 'build' ? NEVER : undefined),
    steps: [
      globStep(true, [
        { glob: 'pyproject.toml', rule: { text: 'the manifest' } },
        ...['setup.cfg', 'MANIFEST.in', ...(readme === undefined ? [] : [readme])].map((glob) => ({
          glob,
          rule: ALWAYS,
        })),
        ...['test/test*.py', 'tests/test*.py'].map((glob) => ({ glob, rule: { text: 'tests at the usual place' } })),
      ]),
      packages.step,
      ...packageData(tool, manifest, packages.pathOf),
      ...manifestInSteps(template ?? '', manifestIn),
      globStep(true, [
        ...(licenseFiles === undefined && !tool.has('license-files')
          ? LICENSE_GLOBS
          : manifestGlobs(manifest, 'license-files', licenses)),
        ...manifestGlobs(manifest, 'readme', readmes),
        ...manifestGlobs(manifest, 'license.file', licenseTable),
        ...referenced(tool, manifest),
      ]),
    ],
  };
}

const ALWAYS: PackRule = { text: 'always packed by setuptools' };
const NEVER: PackRule = { text: 'never packed by setuptools' };

/** `package-data`, and `exclude-package-data` after it; `*` means each package. */
function packageData(tool: ManifestFields, manifest: string, pathOf: (module: string) => string): ListStep[] {
  return (['package-data', 'exclude-package-data'] as const).map((key) => {
    const table = tool.sub(key);
    const globs = table.keys().flatMap((name) =>
      patterns(table, name).map(({ value, line }) => ({
        glob: name === '*' || name === '' ? `**/${value}` : `${pathOf(name)}/${value}`,
        rule: { text: `named by \`${key}\``, pattern: value, path: manifest, line },
      })),
    );
    return globStep(key === 'package-data', globs);
  });
}

/** Files that dynamic fields are read from. */
function referenced(tool: ManifestFields, manifest: string): { glob: string; rule: PackRule }[] {
  const dynamic = tool.sub('dynamic');
  return dynamic.keys().flatMap((key) => manifestGlobs(manifest, `dynamic.${key}`, patterns(dynamic.sub(key), 'file')));
}

import { posix } from 'node:path';
import type { PackRule } from '../../../shared/model.ts';
import { isTable, ownValue } from '../manifest/document.ts';
import type { ManifestFields } from '../manifest/manifest-fields.ts';
import { matchesName } from '../selection/glob.ts';
import { patterns } from '../manifest/package-formats/python-package.ts';
import type { ListStep } from './python-selection.ts';

/** Folders that are no packages in the flat layout: `FlatLayoutPackageFinder` of setuptools. */
const NO_PACKAGES =
  /^(?:ci|bin|debian|doc|docs|documentation|manpages|news|newsfragments|changelog|test|tests|unit_test|unit_tests|example|examples|scripts|tools|util|utils|python|build|benchmark|benchmarks|exercise|exercises|htmlcov|[._].*)$/;
/** Modules that are none: `FlatLayoutModuleFinder`. */
const NO_MODULES =
  /^(?:setup|conftest|test|tests|example|examples|build|toxfile|noxfile|pavement|dodo|tasks|fabfile|[Ss][Cc]onstruct|conanfile|manage|benchmark|benchmarks|exercise|exercises|[._].*)$/;
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Which folders are packages of Python, by the manifest or by setuptools' discovery. */
export interface SetuptoolsPackages {
  /** Adds the modules of the packages. */
  readonly step: ListStep;
  /** Folder of a package. */
  readonly pathOf: (module: string) => string;
  /** Learns which folders have an `__init__.py`. */
  readonly enter: (folder: string, names: readonly string[]) => void;
}

/** How packages are found in a folder. */
interface Search {
  readonly where: string;
  readonly include: (module: string) => boolean;
  readonly namespaces: boolean;
}

/** @param names of the entries of the manifest's folder */
export function setuptoolsPackages(
  tool: ManifestFields,
  manifest: string,
  names: ReadonlySet<string>,
): SetuptoolsPackages {
  const regular = new Set<string>();
  const pathOf = pathByModule(tool);
  const listed = Array.isArray(tool.value('packages'))
    ? patterns(tool, 'packages').map(({ value }) => value)
    : undefined;
  const modules = patterns(tool, 'py-modules').map(({ value }) => `${pathOf(value)}.py`);
  const isListed = listed !== undefined || modules.length > 0;
  const searches = isListed ? [] : searchesOf(tool, names);
  const listedFolders = new Set(listed?.map(pathOf));
  const isPackage = (folder: string): boolean =>
    listedFolders.has(folder) || searches.some((search) => isFound(search, folder, regular));
  const isModule = (path: string): boolean =>
    modules.includes(path) || (!isListed && !isTable(tool.value('packages')) && isTopModule(path, names));
  return {
    pathOf,
    enter: (folder, entries) => {
      if (entries.includes('__init__.py')) regular.add(folder);
    },
    step: {
      packed: true,
      match: (path) => {
        if (!/\.pyi?$/.test(path) && posix.basename(path) !== 'py.typed') return undefined;
        const folder = posix.dirname(path);
        if (isPackage(folder === '.' ? '' : folder)) return packageRule(folder, isListed, manifest);
        if (!path.endsWith('.py')) return undefined;
        return isModule(path) ? { text: 'module of Python' } : undefined;
      },
      // Packages are found by the content of folders.
      reaches: (folder) => !folder.split('/').some((name) => name === '__pycache__' || name.startsWith('.')),
    },
  };
}

function packageRule(folder: string, isListed: boolean, manifest: string): PackRule {
  const text = `module of the package in ${folder}`;
  return isListed ? { text, path: manifest } : { text };
}

/** `package-dir`: where packages lie; the empty name is the parent of all. */
function pathByModule(tool: ManifestFields): (module: string) => string {
  const table = tool.sub('package-dir');
  const folderOf = (module: string): string | undefined => {
    const folder = table.value(module);
    return typeof folder === 'string' ? posix.normalize(folder).replace(/\/$/, '') : undefined;
  };
  return (module) => {
    for (let parent = module; parent !== ''; parent = parent.slice(0, Math.max(parent.lastIndexOf('.'), 0))) {
      const folder = folderOf(parent);
      if (folder !== undefined) return posix.join(folder, module.slice(parent.length).replaceAll('.', '/'));
    }
    return posix.join(folderOf('') ?? '', module.replaceAll('.', '/'));
  };
}

/** `packages.find`, else the src layout if there is such a folder, else the flat layout. */
function searchesOf(tool: ManifestFields, names: ReadonlySet<string>): Search[] {
  const packages = tool.value('packages');
  const find = isTable(packages) ? tool.sub('packages').sub('find') : undefined;
  if (find !== undefined) {
    const where = patterns(find, 'where').map(({ value }) => posix.normalize(value).replace(/\/$/, ''));
    const include = globs(find, 'include');
    const exclude = globs(find, 'exclude');
    return (where.length === 0 ? ['.'] : where).map((folder) => ({
      where: folder === '.' ? '' : folder,
      include: (module) =>
        (include.length === 0 || include.some((one) => one(module))) && !exclude.some((one) => one(module)),
      namespaces: find.value('namespaces') !== false,
    }));
  }
  const own = ownValue(tool.sub('package-dir').table, '');
  const where = typeof own === 'string' ? posix.normalize(own).replace(/\/$/, '') : names.has('src') ? 'src' : '';
  const isFlat = where === '' || where === '.';
  const include = (module: string): boolean => !isFlat || !NO_PACKAGES.test(module.split('.')[0] ?? '');
  return [{ where: isFlat ? '' : where, include, namespaces: true }];
}

/** Names of packages by shell patterns, in which `*` matches dots too. */
function globs(find: ManifestFields, key: string): ((module: string) => boolean)[] {
  return patterns(find, key).map(
    ({ value }) =>
      (module) =>
        matchesName(value, module),
  );
}

function isFound({ where, include, namespaces }: Search, folder: string, regular: ReadonlySet<string>): boolean {
  const inside = where === '' ? folder : posix.relative(where, folder);
  if (inside === '' || inside === '.' || inside.startsWith('..')) return false;
  const names = inside.split('/');
  if (!names.every((name, at) => IDENTIFIER.test(name) || (at === 0 && name.endsWith('-stubs')))) return false;
  if (!namespaces && !names.every((_, at) => regular.has(posix.join(where, ...names.slice(0, at + 1))))) return false;
  return include(names.join('.'));
}

/** Without packages, setuptools takes the modules of the folder. */
function isTopModule(path: string, names: ReadonlySet<string>): boolean {
  const name = posix.basename(path, '.py');
  if (names.has('src')) return posix.dirname(path) === 'src' && IDENTIFIER.test(name);
  return !path.includes('/') && IDENTIFIER.test(name) && !NO_MODULES.test(name);
}

import { posix } from 'node:path';
import type { Diagnostic } from '../../../shared/model.ts';
import type { EntryPoint, Manifest } from '../manifest/manifest.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import type { ProjectFile } from './project.ts';

/** Keys of a Cargo.toml that name a source file. */
const CARGO_KEYS: readonly string[] = ['lib.path', 'bin.path', 'build'];
/** Endings that Node tries for `main`, and TypeScript for `types`. */
const MAIN_ENDINGS = ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'];
const TYPES_ENDINGS = ['', '.d.ts', '/index.d.ts', '.ts'];
/** Keys without which the package cannot be used. */
const REQUIRED_KEYS: ReadonlySet<string> = new Set(['main', 'bin', 'exports', ...CARGO_KEYS]);
/** Where Cargo finds targets that the manifest does not name. */
const DEFAULT_CARGO_TARGET = /^src\/(?:lib\.rs|main\.rs|bin\/[^/]+(?:\.rs|\/main\.rs))$/;

/** Reports entry points that are not among the files: usually the project is not built. */
export function entryPointDiagnostics(files: readonly ProjectFile[], manifest: Manifest): Diagnostic[] {
  const { entryPoints = [], path } = manifest;
  const paths = files.map((file) => file.path);
  if (entryPoints.length === 0) return cargoTargetDiagnostics(paths, manifest);
  const published = new Set(paths);
  const isMissing = (entry: EntryPoint): boolean =>
    manifest.kind === 'python'
      ? !hasModule(entry, paths)
      : !isPublished(entry, manifestFolder(manifest), published, paths);
  const missing = entryPoints.filter(isMissing);
  const distinct = missing.filter(
    ({ key, target }, index) => missing.findIndex((one) => one.key === key && one.target === target) === index,
  );
  const named = distinct.map(({ key, target, line, column }): Diagnostic => {
    const message = `\`${key}\` refers to "${target}", ${problemOf({ key, target }, manifest)}`;
    const severity = REQUIRED_KEYS.has(key) || manifest.kind === 'python' ? 'error' : 'warning';
    return { severity, code: 'entry-point-missing', message, path, line, column };
  });
  return [...named, ...cargoTargetDiagnostics(paths, manifest)];
}

function problemOf({ key, target }: Pick<EntryPoint, 'key' | 'target'>, manifest: Manifest): string {
  if (manifest.kind !== 'python' && leadsOut(target))
    return 'which leads out of the package. Users of the package do not have that file; refer to one inside.';
  if (target.includes('\\')) return 'which is not among the files to publish. Write the path with forward slashes.';
  const hint =
    CARGO_KEYS.includes(key) || manifest.kind === 'python'
      ? 'Add the file, or include it if it exists.'
      : 'Build the project first, or include the file if it is already built.';
  return `which is not among the files to publish. ${hint}`;
}

/** Whether a path leads out of the package's folder. */
function leadsOut(target: string): boolean {
  const path = posix.normalize(target.replaceAll('\\', '/'));
  return path === '..' || path.startsWith('../');
}

/** Whether one of the files is a module of Python, or the package with this name, wherever its sources begin. */
function hasModule({ target }: EntryPoint, paths: readonly string[]): boolean {
  const module = target.replaceAll('.', '/');
  const isModule = (path: string): boolean => {
    const at = path.lastIndexOf(module);
    if (at < 0 || (at > 0 && path[at - 1] !== '/')) return false;
    return /^(?:\/__init__)?\.[^/]+$/.test(path.slice(at + module.length));
  };
  return paths.some(isModule);
}

/** Cargo cannot build a package without a library and without a program. */
function cargoTargetDiagnostics(paths: readonly string[], manifest: Manifest): Diagnostic[] {
  const { cargo, path } = manifest;
  if (cargo?.hasDefaultTargets !== true) return [];
  const folder = manifestFolder(manifest);
  const inside = paths.map((file) => (folder === '' ? file : posix.relative(folder, file)));
  if (inside.some((file) => DEFAULT_CARGO_TARGET.test(file))) return [];
  const message =
    'Neither src/lib.rs nor src/main.rs is among the files to publish, so Cargo cannot build the package. ' +
    'Add the file, or include it if it exists.';
  return [{ severity: 'error', code: 'entry-point-missing', message, path, line: 1, column: 1 }];
}

function isPublished(
  { key, target }: EntryPoint,
  folder: string,
  published: ReadonlySet<string>,
  paths: readonly string[],
): boolean {
  if (leadsOut(target)) return false;
  // Only Windows takes a backslash for a slash; npm replaces those of commands.
  const written = key === 'bin' ? target.replaceAll('\\', '/') : target;
  const path = posix.join(folder, written).normalize('NFC');
  if (key === 'exports') return isExported(path, published, paths);
  if (key === 'bin' || CARGO_KEYS.includes(key)) return published.has(path);
  const endings = key === 'types' || key === 'typings' ? TYPES_ENDINGS : MAIN_ENDINGS;
  const base = path.replace(/\/$/, '');
  const start = base === '.' ? '' : base;
  return endings.some((ending) => published.has((start + ending).replace(/^\//, '')));
}

/** A target with `*` is one pattern of files, and one that ends with a slash is a folder. */
function isExported(path: string, published: ReadonlySet<string>, paths: readonly string[]): boolean {
  if (path.endsWith('/')) return paths.some((file) => file.startsWith(path));
  const star = path.indexOf('*');
  if (star < 0) return published.has(path);
  const [before, after] = [path.slice(0, star), path.slice(path.lastIndexOf('*') + 1)];
  return paths.some((file) => file.startsWith(before) && file.endsWith(after));
}

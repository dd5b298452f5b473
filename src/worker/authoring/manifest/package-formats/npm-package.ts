import { posix } from 'node:path';
import { isTable, ownValue } from '../document.ts';
import type { Table } from '../document.ts';

/** The fields of a package.json that decide which files npm packs, in the form that npm normalizes them to. */
export interface NpmPackage {
  readonly name: string;
  readonly files?: readonly string[];
  readonly main?: string;
  readonly browser?: string;
  /** Path by command. */
  readonly bin?: Readonly<Record<string, string>>;
  /** Folder whose files are the commands, relative to the package, when there is no `bin`: `directories.bin`. */
  readonly binFolder?: string;
  readonly bundleDependencies: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  /** Patterns of the folders of a workspace's members. */
  readonly workspaces: readonly string[];
}

export function npmPackage(table: Table): NpmPackage {
  const text = (key: string): string | undefined => {
    const value = ownValue(table, key);
    return typeof value === 'string' ? value : undefined;
  };
  const name = text('name') ?? '';
  const files = ownValue(table, 'files');
  const bin = normalizeBin(name, ownValue(table, 'bin'));
  const binFolder = ownValue(table, 'bin') ? undefined : folderOfCommands(table);
  const [main, browser] = [text('main'), text('browser')];
  return {
    name,
    ...(Array.isArray(files) ? { files: textsOf(files) } : {}),
    ...(main === undefined ? {} : { main }),
    ...(browser === undefined ? {} : { browser }),
    ...(bin === undefined ? {} : { bin }),
    ...(binFolder === undefined ? {} : { binFolder }),
    bundleDependencies: bundled(table),
    dependencies: textTable(ownValue(table, 'dependencies')),
    optionalDependencies: textTable(ownValue(table, 'optionalDependencies')),
    workspaces: workspacePatterns(ownValue(table, 'workspaces')),
  };
}

/** As npm's `normalize-package-bin`: a text is the command with the package's name, and no path leads out. */
function normalizeBin(name: string, value: unknown): Readonly<Record<string, string>> | undefined {
  const entries: [string, unknown][] = Array.isArray(value)
    ? textsOf(value).map((path) => [posix.basename(path), path])
    : typeof value === 'string'
      ? [[name, value]]
      : isTable(value)
        ? Object.entries(value)
        : [];
  const clean = entries.flatMap(([command, path]): [string, string][] => {
    const target = typeof path === 'string' ? pathInside(path) : '';
    return command === '' || target === '' ? [] : [[posix.basename(command), target]];
  });
  return clean.length === 0 ? undefined : Object.fromEntries(clean);
}

function folderOfCommands(table: Table): string | undefined {
  const directories = ownValue(table, 'directories');
  const folder = isTable(directories) ? ownValue(directories, 'bin') : undefined;
  return typeof folder === 'string' && folder !== '' ? pathInside(folder).replace(/\/$/, '') : undefined;
}

/** Relative to the package; `..` does not lead out of it. */
function pathInside(path: string): string {
  return posix.join('/', path.replaceAll('\\', '/')).slice(1);
}

/** `bundleDependencies`, also in its second spelling: `true` means all dependencies. */
function bundled(table: Table): string[] {
  const value = ownValue(table, 'bundleDependencies') ?? ownValue(table, 'bundledDependencies');
  if (value === true) return Object.keys(textTable(ownValue(table, 'dependencies')));
  if (Array.isArray(value)) return textsOf(value);
  return isTable(value) ? Object.keys(value) : [];
}

function workspacePatterns(value: unknown): string[] {
  const list = isTable(value) ? ownValue(value, 'packages') : value;
  return Array.isArray(list) ? textsOf(list) : [];
}

function textTable(value: unknown): Record<string, string> {
  const entries = isTable(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function textsOf(list: readonly unknown[]): string[] {
  return list.filter((element) => typeof element === 'string');
}

import { posix } from 'node:path';
import { cargoEntryPoints, cargoPackage } from '../package-formats/cargo-package.ts';
import { isTable, ownValue, type Table } from '../document.ts';
import type { ManifestFields } from '../manifest-fields.ts';
import { readDependencies, readPeople } from '../lists.ts';
import type { Located, RawDependency, RawManifest } from '../manifest.ts';
import type { ManifestReader, ManifestContext } from '../manifest-reader.ts';

const VIRTUAL_WORKSPACE_MESSAGE =
  'This Cargo.toml is a workspace without a package. Open the folder of one of its members.';

/** Cargo.toml, with values inherited from its workspace if that lies in the same repository. */
export const cargoReader: ManifestReader = {
  kind: 'cargo',
  files: ['Cargo.toml'],
  accepts: () => true,
  read: async (root, context): Promise<RawManifest> => {
    const own = root.sub('package');
    let found: Promise<Workspace | undefined> | undefined;
    const workspace = (): Promise<Workspace | undefined> => (found ??= findWorkspace(root, own, context));
    const { main, noVersionReason } = await inherit(own, workspace);
    const virtual = !root.has('package') && root.has('workspace');
    return {
      packageTable: main.path,
      name: main.first('name'),
      version: main.first('version'),
      noPackageReason: virtual ? { value: VIRTUAL_WORKSPACE_MESSAGE, at: ['workspace'] } : undefined,
      noVersionReason,
      description: main.text('description'),
      license: license(main),
      authors: readPeople(main, 'authors'),
      categories: main.texts('categories'),
      tags: main.texts('keywords'),
      homepage: main.text('homepage'),
      repository: main.text('repository'),
      documentation: main.text('documentation'),
      readme: readme(main),
      dependencies: await dependencies(main, workspace),
      privacy: privacy(main),
      cargo: cargoPackage(root, main),
      entryPoints: cargoEntryPoints(root, main),
    };
  },
};

/**
 * Cargo allows `readme = true` and `readme = false`, which name no file. A file outside of the package is packed in its
 * root.
 */
function readme(main: ManifestFields): Located<string> | undefined {
  const named = typeof main.value('readme') === 'string' ? main.text('readme') : undefined;
  if (named === undefined || !posix.normalize(named.value).startsWith('../')) return named;
  return { ...named, value: posix.basename(named.value) };
}

/** `publish = false`, or a list of registries without the public one. */
function privacy(main: ManifestFields): Located<string>[] {
  const publish = main.value('publish');
  const at = main.at('publish');
  if (publish === false) return [{ value: '`publish` is false', at }];
  if (!Array.isArray(publish) || publish.includes('crates-io')) return [];
  return [{ value: '`publish` lists registries, and crates-io is not among them', at }];
}

function license(main: ManifestFields): Located<string> | undefined {
  const file = main.text('license-file');
  return (
    main.text('license') ?? (file === undefined ? undefined : { value: `SEE LICENSE IN ${file.value}`, at: file.at })
  );
}

/** Keys whose value is a path, relative to the workspace's folder. */
const PATH_KEYS = ['readme', 'license-file'];

/** Returns the package's table with each `key.workspace = true` replaced by the workspace's value. */
async function inherit(
  main: ManifestFields,
  workspace: () => Promise<Workspace | undefined>,
): Promise<{ readonly main: ManifestFields; readonly noVersionReason?: Located<string> }> {
  const inherited = main.keys().filter((key) => isInherited(main.value(key)));
  if (inherited.length === 0) return { main };
  const found = await workspace();
  const table: Record<string, unknown> = { ...main.table };
  let noVersionReason: Located<string> | undefined;
  for (const key of inherited) {
    const value = found && ownValue(found.package, key);
    table[key] = found !== undefined && PATH_KEYS.includes(key) ? pathValue(found, value) : value;
    if (value === undefined && key === 'version')
      noVersionReason = { value: notInheritedMessage(key), at: main.at(key) };
    else if (value === undefined)
      main.report.add('warning', 'manifest-inherited', notInheritedMessage(key), main.at(key));
  }
  return { main: main.inner(table, main.path), ...(noVersionReason && { noVersionReason }) };
}

function pathValue({ folder }: Workspace, value: unknown): unknown {
  if (value === true) return posix.join(folder, 'README.md');
  return typeof value === 'string' ? posix.join(folder, value) : value;
}

/**
 * Dependencies on packages of the marketplace; `name.workspace = true` is replaced by the entry of
 * `[workspace.metadata.ggen.dependencies]`.
 */
async function dependencies(
  main: ManifestFields,
  workspace: () => Promise<Workspace | undefined>,
): Promise<RawDependency[]> {
  const section = main.sub('metadata').sub('ggen');
  const own = section.sub('dependencies');
  const inherited = own.keys().filter((id) => isInherited(own.value(id)));
  if (inherited.length === 0) return readDependencies(section, 'dependencies');
  const shared = (await workspace())?.dependencies ?? {};
  const table: Record<string, unknown> = { ...own.table };
  for (const id of inherited) {
    const value = ownValue(shared, id);
    const details = isTable(value) ? value : { version: value };
    table[id] = { ...details, ...own.sub(id).table };
    if (value !== undefined) continue;
    own.report.add('error', 'manifest-inherited', notInheritedMessage(id), own.at(id));
    Reflect.deleteProperty(table, id);
  }
  return readDependencies(section.inner({ dependencies: table }, section.path), 'dependencies');
}

function isInherited(value: unknown): boolean {
  return isTable(value) && ownValue(value, 'workspace') === true;
}

function notInheritedMessage(key: string): string {
  return (
    `\`${key}\` is inherited from a Cargo workspace, but no workspace of this repository defines it. ` +
    `Add it to the workspace's Cargo.toml, or set \`${key}\` here.`
  );
}

/** What members of a workspace inherit. */
interface Workspace {
  /** Path of its folder from the package's; empty for the same folder. */
  readonly folder: string;
  /** `[workspace.package]`. */
  readonly package: Table;
  /** `[workspace.metadata.ggen.dependencies]`. */
  readonly dependencies: Table;
}

/** The nearest workspace: this file's own, the one it names, or one in a parent folder that does not exclude it. */
async function findWorkspace(
  root: ManifestFields,
  main: ManifestFields,
  { path, related }: ManifestContext,
): Promise<Workspace | undefined> {
  if (root.hasTable('workspace')) return workspaceIn(root.table, '');
  const folder = posix.dirname(path);
  const named = main.value('workspace');
  if (typeof named === 'string') {
    const table = await related.read(posix.join(folder, named, 'Cargo.toml'));
    return table && workspaceIn(table, named);
  }
  for (const above of await related.foldersAbove(folder)) {
    const table = await related.read(posix.join(above.path, 'Cargo.toml'));
    if (table === undefined || !isTable(ownValue(table, 'workspace'))) continue;
    if (!isExcluded(inner(table, 'workspace'), above.inside))
      return workspaceIn(table, posix.relative(above.inside, ''));
  }
  return undefined;
}

function isExcluded(workspace: Table, member: string): boolean {
  const exclude = ownValue(workspace, 'exclude');
  const folders = Array.isArray(exclude) ? exclude.filter((one) => typeof one === 'string') : [];
  return folders.some((one) => `${member}/`.startsWith(`${posix.normalize(one).replace(/\/$/, '')}/`));
}

function workspaceIn(table: Table, folder: string): Workspace {
  const workspace = inner(table, 'workspace');
  return {
    folder,
    package: inner(workspace, 'package'),
    dependencies: inner(inner(inner(workspace, 'metadata'), 'ggen'), 'dependencies'),
  };
}

function inner(table: Table, key: string): Table {
  const value = ownValue(table, key);
  return isTable(value) ? value : {};
}

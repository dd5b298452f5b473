import { posix } from 'node:path';
import { isTable, ownValue, type Table } from '../document.ts';
import type { ManifestFields } from '../manifest-fields.ts';
import { readDependencies, readPeople } from '../lists.ts';
import type { Located, RawDependency, RawManifest } from '../manifest.ts';
import type { ManifestReader, ManifestContext } from '../manifest-reader.ts';
import { selection } from './ggen.ts';

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
      // Cargo allows `readme = true` and `readme = false`, which name no file.
      readme: typeof main.value('readme') === 'string' ? main.text('readme') : undefined,
      dependencies: await dependencies(main, workspace),
      privacy: privacy(main),
      ...selection(main),
    };
  },
};

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

/** Keys whose value is a path, relative to the workspace's root: the file lies outside of the member's folder. */
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
    table[key] = PATH_KEYS.includes(key) ? pathValue(found, value) : value;
    if (value === undefined && key === 'version')
      noVersionReason = { value: notInheritedMessage(key), at: main.at(key) };
    else if (value === undefined)
      main.report.add('warning', 'manifest-inherited', notInheritedMessage(key), main.at(key));
    else if (PATH_KEYS.includes(key) && found?.isOwn === false) reportOutside(main, key, value);
  }
  return { main: main.inner(table, main.path), ...(noVersionReason && { noVersionReason }) };
}

/** In the workspace's own package the path is right; a member's folder does not have the file. */
function pathValue(found: Workspace | undefined, value: unknown): unknown {
  return found?.isOwn === true ? value : undefined;
}

function reportOutside(main: ManifestFields, key: string, value: unknown): void {
  const message =
    `\`${key}\` is inherited, but the file ${JSON.stringify(value)} lies in the workspace's folder and is not published with this member. ` +
    'Link or copy it into this folder.';
  main.report.add('warning', 'manifest-inherited', message, main.at(key));
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
  /** Whether the workspace and the package are in one Cargo.toml. */
  readonly isOwn: boolean;
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
  if (root.hasTable('workspace')) return workspaceIn(root.table, true);
  const folder = posix.dirname(path);
  const named = main.value('workspace');
  if (typeof named === 'string') {
    const table = await related.read(posix.join(folder, named, 'Cargo.toml'));
    return table && workspaceIn(table, false);
  }
  for (const above of await related.foldersAbove(folder)) {
    const table = await related.read(posix.join(above.path, 'Cargo.toml'));
    if (table === undefined || !isTable(ownValue(table, 'workspace'))) continue;
    if (!isExcluded(inner(table, 'workspace'), above.inside)) return workspaceIn(table, false);
  }
  return undefined;
}

function isExcluded(workspace: Table, member: string): boolean {
  const exclude = ownValue(workspace, 'exclude');
  const folders = Array.isArray(exclude) ? exclude.filter((one) => typeof one === 'string') : [];
  return folders.some((one) => `${member}/`.startsWith(`${posix.normalize(one).replace(/\/$/, '')}/`));
}

function workspaceIn(table: Table, isOwn: boolean): Workspace {
  const workspace = inner(table, 'workspace');
  return {
    isOwn,
    package: inner(workspace, 'package'),
    dependencies: inner(inner(inner(workspace, 'metadata'), 'ggen'), 'dependencies'),
  };
}

function inner(table: Table, key: string): Table {
  const value = ownValue(table, key);
  return isTable(value) ? value : {};
}

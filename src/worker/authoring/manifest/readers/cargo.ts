import { posix } from 'node:path';
import { isTable, ownValue, type Table } from '../document.ts';
import type { ManifestFields } from '../manifest-fields.ts';
import { readDependencies, readPeople } from '../lists.ts';
import type { Located, RawManifest } from '../manifest.ts';
import type { ManifestReader, ManifestContext } from '../manifest-reader.ts';
import { selection } from './ggen.ts';

const VIRTUAL_WORKSPACE_MESSAGE =
  'This Cargo.toml is a workspace without a package. Open the folder of one of its members.';

/** Cargo.toml, with values inherited from its workspace if that lies inside the project. */
export const cargoReader: ManifestReader = {
  kind: 'cargo',
  files: ['Cargo.toml'],
  accepts: () => true,
  read: async (root, context): Promise<RawManifest> => {
    const { main, noVersionReason } = await inherit(root, context);
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
      dependencies: readDependencies(main.sub('metadata').sub('ggen'), 'dependencies'),
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

/** Returns the package's table with each `key.workspace = true` replaced by the workspace's value. */
async function inherit(
  root: ManifestFields,
  context: ManifestContext,
): Promise<{ readonly main: ManifestFields; readonly noVersionReason?: Located<string> }> {
  const main = root.sub('package');
  const inherited = main.keys().filter((key) => ownValue(main.sub(key).table, 'workspace') === true);
  if (inherited.length === 0) return { main };
  const shared = await workspacePackage(root, main, context);
  const table: Record<string, unknown> = { ...main.table };
  let noVersionReason: Located<string> | undefined;
  for (const key of inherited) {
    // A path in the workspace's manifest is relative to another folder; the scan finds the usual names without it.
    const value = key === 'readme' || key === 'license-file' ? undefined : shared && ownValue(shared, key);
    table[key] = value;
    if (value === undefined && key === 'version')
      noVersionReason = { value: notInheritedMessage(key), at: main.at(key) };
    else if (value === undefined && key !== 'readme')
      main.report.add('warning', 'manifest-inherited', notInheritedMessage(key), main.at(key));
  }
  return { main: root.inner(table, main.path), ...(noVersionReason && { noVersionReason }) };
}

function notInheritedMessage(key: string): string {
  return (
    `\`${key}\` is inherited from a Cargo workspace, but no workspace in this folder defines it. ` +
    `Open the workspace folder, or set \`${key}\` here.`
  );
}

/** `[workspace.package]` of the nearest workspace: this file's own, the one it names, or one in a parent folder. */
async function workspacePackage(
  root: ManifestFields,
  main: ManifestFields,
  context: ManifestContext,
): Promise<Table | undefined> {
  if (root.hasTable('workspace')) return root.sub('workspace').sub('package').table;
  const named = main.value('workspace');
  const folder = posix.dirname(context.path);
  if (typeof named === 'string') return packageOf(await context.readTable(posix.join(folder, named, 'Cargo.toml')));
  for (let parent = folder; parent !== '.';) {
    parent = posix.dirname(parent);
    const table = await context.readTable(posix.join(parent, 'Cargo.toml'));
    if (table !== undefined && Object.hasOwn(table, 'workspace')) return packageOf(table);
  }
  return undefined;
}

function packageOf(table: Table | undefined): Table | undefined {
  const workspace = table && ownValue(table, 'workspace');
  const shared = isTable(workspace) ? ownValue(workspace, 'package') : undefined;
  return isTable(shared) ? shared : undefined;
}

import { typeName, type ManifestFields } from '../manifest-fields.ts';
import { npmEntryPoints } from '../package-formats/entry-points.ts';
import { npmPackage } from '../package-formats/npm-package.ts';
import { readDependencies, readPeople, readTags } from '../lists.ts';
import type { Located, RawManifest } from '../manifest.ts';
import type { ManifestReader } from '../manifest-reader.ts';

const PUBLIC_REGISTRY = /^https?:\/\/registry\.(?:npmjs\.org|yarnpkg\.com)\/?$/;

/** package.json. `displayName` and `categories` are those of VS Code extensions. */
export const npmReader: ManifestReader = {
  kind: 'npm',
  files: ['package.json'],
  accepts: () => true,
  read: (root): RawManifest => {
    reportFiles(root);
    return rawManifest(root);
  },
};

function rawManifest(root: ManifestFields): RawManifest {
  return {
    packageTable: [],
    name: root.first('name'),
    version: root.first('version'),
    title: root.text('displayName'),
    description: root.text('description'),
    license: license(root),
    authors: ['author', 'contributors'].flatMap((key) => readPeople(root, key)),
    categories: root.texts('categories'),
    tags: readTags(root, 'keywords'),
    homepage: root.text('homepage'),
    repository: address(root, 'repository'),
    dependencies: readDependencies(root.sub('ggen'), 'dependencies').map((one) => ({ ...one, syntax: 'npm' })),
    npm: npmPackage(root.table),
    entryPoints: npmEntryPoints(root),
    privacy: privacy(root),
  };
}

/** A `files` that is no list would pack other files than its author means, so it blocks publishing. */
function reportFiles(root: ManifestFields): void {
  const files = root.value('files');
  // npm takes other false values for none.
  if (!files) return;
  if (!Array.isArray(files)) {
    const message = `\`files\` must be a list of paths and patterns, for example ["lib"], but it is ${typeName(files)}.`;
    root.report.add('error', 'manifest-files', message, root.at('files'));
    return;
  }
  for (const { value, at } of root.elements('files', files)) {
    if (typeof value === 'string') continue;
    const message = `\`files\` must list paths and patterns as strings, but this element is ${typeName(value)}.`;
    root.report.add('error', 'manifest-files', message, at);
  }
}

/** `private`, as npm reads it: any true value; and a `publishConfig` that keeps the package from the public registry. */
function privacy(root: ManifestFields): Located<string>[] {
  const config = root.sub('publishConfig');
  // npm takes the registry of the name's scope before the general one.
  const name = root.value('name');
  const [, scope] = /^(@[^/]+)\//.exec(typeof name === 'string' ? name : '') ?? [];
  const scoped = scope === undefined ? undefined : `${scope}:registry`;
  const key = scoped !== undefined && config.has(scoped) ? scoped : 'registry';
  const registry = config.value(key);
  const isOther = typeof registry === 'string' && !PUBLIC_REGISTRY.test(registry);
  return [
    ...(root.value('private') ? [{ value: '`private` is true', at: root.at('private') }] : []),
    ...(config.value('access') === 'restricted'
      ? [{ value: 'its access in `publishConfig` is restricted', at: config.at('access') }]
      : []),
    ...(isOther ? [{ value: '`publishConfig` names another registry', at: config.at(key) }] : []),
  ];
}

/** A text, or the deprecated `{ "type": "MIT" }` and `"licenses": [{ "type": "MIT" }, …]`, which offers a choice. */
function license(root: ManifestFields): Located<string> | undefined {
  if (root.hasTable('license')) return root.sub('license').text('type', 'name');
  if (root.has('license')) return root.text('license');
  const licenses = root.value('licenses');
  if (!Array.isArray(licenses)) return undefined;
  const types = root
    .elements('licenses', licenses)
    .map(({ value }) => typeOf(value))
    .filter((type) => type !== '');
  return types.length === 0 ? undefined : { value: types.join(' OR '), at: root.at('licenses') };
}

function typeOf(license: unknown): string {
  if (typeof license !== 'object' || license === null || !Object.hasOwn(license, 'type')) return '';
  const { type } = license as { readonly type: unknown };
  return typeof type === 'string' ? type : '';
}

function address(root: ManifestFields, key: string): Located<string> | undefined {
  return root.hasTable(key) ? root.sub(key).text('url') : root.text(key);
}

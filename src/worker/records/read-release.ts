/** Reads the releases of a record from their wire form. */

import { isPackageName, isPublisherId } from '../../identity/publisher-id.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Dependency, ManifestKind, Release } from '../../shared/model.ts';
import { recordFault } from './record-faults.ts';
import { readBoolean, readInteger, readLink, readList, readMap, readText } from './wire-fields.ts';
import type { WireFields } from './wire-fields.ts';
import { compareVersions, isRequirement, isVersion } from './versions.ts';

const REQUIRED = ['version', 'root', 'size', 'files', 'kind', 'dependencies', 'published', 'yanked'];
const OPTIONAL = ['readme', 'changelog'];

const KINDS: Readonly<Record<ManifestKind, true>> = {
  gpack: true,
  'gpack-package': true,
  'gpack-flat': true,
  'package-toml': true,
  'pack-toml': true,
  npm: true,
  cargo: true,
  python: true,
};

/** Requires at least one release, ascending by version. @throws GgenError RecordInvalid */
export function readReleases(value: unknown): readonly Release[] {
  const list = readList(value, 'releases', LIMITS.releasesPerRecord);
  if (list.length === 0) throw recordFault('too-few', 'it has no releases', 'releases');
  const releases = list.map((item, index) => readRelease(item, `releases[${index}]`));
  releases.forEach((release, index) => {
    const before = releases[index - 1];
    if (before !== undefined) checkOrder(before.version, release.version, `releases[${index}]`);
  });
  return releases;
}

function checkOrder(before: string, version: string, field: string): void {
  const order = compareVersions(before, version);
  if (order === 0) throw recordFault('duplicate-version', `version ${version} is listed twice`, field);
  if (order > 0) throw recordFault('unsorted', `version ${version} comes after ${before}`, field);
}

function readRelease(value: unknown, field: string): Release {
  const fields = readMap(value, field, REQUIRED, OPTIONAL);
  return {
    version: readVersion(fields['version'], `${field}.version`),
    root: readLink(fields['root'], `${field}.root`),
    size: readInteger(fields['size'], `${field}.size`, 0, LIMITS.bytesPerRelease),
    files: readInteger(fields['files'], `${field}.files`, 0, LIMITS.filesPerRelease),
    kind: readKind(fields['kind'], `${field}.kind`),
    ...readOptionalLinks(fields, field),
    dependencies: readDependencies(fields['dependencies'], `${field}.dependencies`),
    published: readInteger(fields['published'], `${field}.published`, 0),
    yanked: readBoolean(fields['yanked'], `${field}.yanked`),
  };
}

function readVersion(value: unknown, field: string): string {
  const version = readText(value, field, { max: LIMITS.versionLength });
  if (!isVersion(version)) throw recordFault('bad-semver', `'${version}' is not a semantic version`, field);
  return version;
}

function readKind(value: unknown, field: string): ManifestKind {
  const kind = readText(value, field, { max: LIMITS.textLength });
  if (!isKind(kind)) throw recordFault('unknown-kind', `'${kind.slice(0, 64)}' is not a known manifest kind`, field);
  return kind;
}

function isKind(text: string): text is ManifestKind {
  return Object.hasOwn(KINDS, text);
}

function readOptionalLinks(fields: WireFields, field: string): Pick<Release, 'readme' | 'changelog'> {
  return {
    ...(Object.hasOwn(fields, 'readme') ? { readme: readLink(fields['readme'], `${field}.readme`) } : {}),
    ...(Object.hasOwn(fields, 'changelog') ? { changelog: readLink(fields['changelog'], `${field}.changelog`) } : {}),
  };
}

function readDependencies(value: unknown, field: string): readonly Dependency[] {
  const list = readList(value, field, LIMITS.dependencies);
  const dependencies = list.map((item, index) => readDependency(item, `${field}[${index}]`));
  if (new Set(dependencies.map(({ id }) => id)).size !== dependencies.length) {
    throw recordFault('duplicate-entry', `${field} lists a package twice`, field);
  }
  return dependencies;
}

function readDependency(value: unknown, field: string): Dependency {
  const fields = readMap(value, field, ['id', 'requirement', 'optional']);
  const id = readText(fields['id'], `${field}.id`, { max: LIMITS.textLength });
  if (!isDependencyId(id)) throw recordFault('bad-dependency', `'${id.slice(0, 64)}' is not a package ID`, field);
  const requirement = readText(fields['requirement'], `${field}.requirement`, { max: LIMITS.versionLength });
  if (!isRequirement(requirement)) {
    throw recordFault('bad-range', `'${requirement.slice(0, 64)}' is neither a version range nor a dist-tag`, field);
  }
  return { id, requirement, optional: readBoolean(fields['optional'], `${field}.optional`) };
}

/** `name` or `publisher/name`. */
export function isDependencyId(id: string): boolean {
  const slash = id.indexOf('/');
  return isPackageName(id.slice(slash + 1)) && (slash < 0 || isPublisherId(id.slice(0, slash)));
}

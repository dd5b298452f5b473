/** The record that follows another one by publishing, yanking or merging. Nothing is signed here. */

import { GgenError } from '../../shared/errors.ts';
import type { DistTag, PackageMetadata, Release } from '../../shared/model.ts';
import {
  assertDistTag,
  distTagsAfterRelease,
  distTagsField,
  mergeDistTags,
  setDistTag,
  withoutYanked,
} from './dist-tags.ts';
import type { PackageRecord } from './package-record.ts';
import { withoutFutureTimes } from './record-times.ts';
import { latestRelease } from './releases.ts';
import { compareVersions } from './versions.ts';

export interface AddRelease {
  readonly kind: 'release';
  readonly publisher: string;
  readonly name: string;
  /** Replaces the metadata of the previous record when the release is the latest. */
  readonly metadata: PackageMetadata;
  readonly release: Omit<Release, 'published' | 'yanked'>;
  /** Dist-tag of the release; `latest`, where it applies, when left out. */
  readonly tag?: string;
}

export interface SetYanked {
  readonly kind: 'yank';
  readonly version: string;
  readonly yanked: boolean;
}

/** Moves a dist-tag to a version, or removes it when there is no version. */
export interface MoveDistTag {
  readonly kind: 'dist-tag';
  readonly tag: string;
  readonly version?: string;
}

export type RecordChange = AddRelease | SetYanked | MoveDistTag;

/**
 * Returns the record after a change: `seq` is one higher, `updated` is the current time or, when the clock lies behind,
 * one millisecond after the previous record. Times that peers would reject as future ones become the current time. A version is published once, also when it is yanked; lower ones than the
 * highest may follow. The metadata describe the latest release, so that a maintenance release does not change them.
 *
 * @throws GgenError VersionExists, VersionNotFound, VersionYanked (a dist-tag for a yanked release), PackageNotFound (a
 *   change without a record), InvalidRequest (another package, or no dist-tag)
 */
export function nextRecord(
  previous: PackageRecord | undefined,
  change: RecordChange,
  now: number = Date.now(),
): PackageRecord {
  return withoutFutureTimes(changed(previous, change, now), now);
}

function changed(previous: PackageRecord | undefined, change: RecordChange, now: number): PackageRecord {
  switch (change.kind) {
    case 'release':
      return withRelease(previous, change, now);
    case 'yank':
      return withYanked(previous, change, now);
    case 'dist-tag':
      return withDistTag(previous, change, now);
  }
}

/**
 * Merges two records that two machines with one publisher key signed independently: the releases of both, yanked when
 * either yanked them, and the newer metadata.
 *
 * @throws GgenError RecordInvalid when a version has two content roots, InvalidRequest when they are records of two
 *   packages
 */
export function mergeRecords(a: PackageRecord, b: PackageRecord, now: number = Date.now()): PackageRecord {
  checkSamePackage(a, b.publisher, b.name);
  const [older, newer] = (a.seq - b.seq || a.updated - b.updated) < 0 ? [a, b] : [b, a];
  const releases = new Map(older.releases.map((release) => [release.version, release]));
  for (const release of newer.releases) {
    releases.set(release.version, mergeRelease(release, releases.get(release.version)));
  }
  const { distTags: newerTags, ...rest } = newer;
  const merged = [...releases.values()].sort((left, right) => compareVersions(left.version, right.version));
  return {
    ...rest,
    seq: newer.seq + 1,
    updated: Math.max(now, a.updated + 1, b.updated + 1),
    releases: merged,
    ...distTagsField(mergeDistTags(older.distTags, newerTags, merged)),
  };
}

function withRelease(previous: PackageRecord | undefined, change: AddRelease, now: number): PackageRecord {
  const { publisher, name, metadata, release, tag } = change;
  if (previous !== undefined) checkSamePackage(previous, publisher, name);
  const before = previous?.releases ?? [];
  if (before.some(({ version }) => version === release.version))
    throw versionExists(`${publisher}/${name}`, release.version);
  const updated = timeAfter(previous, now);
  const added: Release = { ...release, published: updated, yanked: false };
  const releases = [...before, added].sort((a, b) => compareVersions(a.version, b.version));
  const tags = distTagsField(distTagsAfterRelease(previous, releases, release.version, tag));
  const isLatest = latestRelease({ releases, ...tags }) === added;
  return {
    publisher,
    name,
    seq: (previous?.seq ?? 0) + 1,
    updated,
    metadata: previous === undefined || isLatest ? metadata : previous.metadata,
    releases,
    ...tags,
  };
}

/** @param id `publisher/name` */
export function versionExists(id: string, version: string): GgenError {
  return new GgenError(
    'VersionExists',
    `Version ${version} of '${id.slice(id.indexOf('/') + 1)}' is already published, and published versions cannot be changed. ` +
      `Set another version in the manifest.`,
    { details: { id, version } },
  );
}

function withYanked(previous: PackageRecord | undefined, change: SetYanked, now: number): PackageRecord {
  const { version, yanked } = change;
  const { distTags = [], ...rest } = assertHasVersion(previous, version);
  const releases = rest.releases.map((release) => (release.version === version ? { ...release, yanked } : release));
  return {
    ...rest,
    seq: rest.seq + 1,
    updated: timeAfter(previous, now),
    releases,
    ...distTagsField(withoutYanked({ releases, distTags })),
  };
}

function withDistTag(previous: PackageRecord | undefined, { tag, version }: MoveDistTag, now: number): PackageRecord {
  if (previous === undefined) throw noPackage();
  assertDistTag(tag);
  const { distTags = [], ...rest } = previous;
  const next = { ...rest, seq: rest.seq + 1, updated: timeAfter(previous, now) };
  if (version === undefined) {
    if (!distTags.some((one) => one.tag === tag)) throw noSuchTag(rest.name, tag, distTags);
    return { ...next, ...distTagsField(distTags.filter((one) => one.tag !== tag)) };
  }
  const release = assertHasVersion(previous, version).releases.find((one) => one.version === version);
  if (release?.yanked === true) {
    throw new GgenError('VersionYanked', `${rest.name} ${version} is yanked, so no dist-tag can name it.`);
  }
  return { ...next, ...distTagsField(setDistTag(distTags, tag, version)) };
}

/** @throws GgenError PackageNotFound, VersionNotFound */
function assertHasVersion(previous: PackageRecord | undefined, version: string): PackageRecord {
  if (previous === undefined) throw noPackage();
  if (previous.releases.some((release) => release.version === version)) return previous;
  throw new GgenError('VersionNotFound', `Package '${previous.name}' has no version ${version}.`);
}

function noPackage(): GgenError {
  return new GgenError('PackageNotFound', 'There is no such package, so it cannot be changed.');
}

function noSuchTag(name: string, tag: string, tags: readonly DistTag[]): GgenError {
  const known = tags.length === 0 ? 'It has none' : `It has ${tags.map((one) => one.tag).join(', ')}`;
  return new GgenError('InvalidRequest', `Package '${name}' has no dist-tag '${tag}' that you set. ${known}.`);
}

function mergeRelease(release: Release, other: Release | undefined): Release {
  if (other === undefined) return release;
  if (other.root !== release.root) {
    throw new GgenError('RecordInvalid', `Version ${release.version} was published twice with different content.`, {
      details: { version: release.version },
    });
  }
  return { ...release, yanked: release.yanked || other.yanked };
}

function timeAfter(previous: PackageRecord | undefined, now: number): number {
  return previous === undefined ? now : Math.max(now, previous.updated + 1);
}

function checkSamePackage(record: PackageRecord, publisher: string, name: string): void {
  if (record.publisher !== publisher || record.name !== name) {
    throw new GgenError('InvalidRequest', `'${publisher}/${name}' is not the package of this record.`);
  }
}

/** Dist-tags of a record: how publishing, yanking and merging change them. */

import { LIMITS } from '../../shared/limits.ts';
import { GgenError } from '../../shared/errors.ts';
import type { DistTag, Release } from '../../shared/model.ts';
import { recordFault } from './record-faults.ts';
import { LATEST_TAG, latestRelease } from './releases.ts';
import type { TaggedReleases } from './releases.ts';
import { compareVersions, isDistTag, isPrerelease } from './versions.ts';
import { readList, readMap, readText } from './wire-fields.ts';

/**
 * Reads the dist-tags of a record from their wire form: ascending by tag, each naming a release that is not yanked.
 *
 * @throws GgenError RecordInvalid
 */
export function readDistTags(value: unknown, releases: readonly Release[]): readonly DistTag[] {
  const list = readList(value, 'distTags', LIMITS.distTags);
  // Without tags the field is left out, so that one content has one encoding.
  if (list.length === 0) throw recordFault('too-few', 'its list of dist-tags is empty', 'distTags');
  const offered = new Set(releases.filter(({ yanked }) => !yanked).map(({ version }) => version));
  const tags = list.map((item, index) => readDistTag(item, `distTags[${index}]`, offered));
  tags.forEach(({ tag }, index) => {
    const before = tags[index - 1]?.tag;
    if (before === tag) throw recordFault('duplicate-entry', `the dist-tag '${tag}' is listed twice`, 'distTags');
    if (before !== undefined && before > tag)
      throw recordFault('unsorted', `'${tag}' comes after '${before}'`, 'distTags');
  });
  return tags;
}

function readDistTag(value: unknown, field: string, offered: ReadonlySet<string>): DistTag {
  const fields = readMap(value, field, ['tag', 'version']);
  const tag = readText(fields['tag'], `${field}.tag`, { max: LIMITS.distTagLength });
  if (!isDistTag(tag)) throw recordFault('bad-dist-tag', `'${tag}' is not a dist-tag`, `${field}.tag`);
  const version = readText(fields['version'], `${field}.version`, { max: LIMITS.versionLength });
  if (!offered.has(version)) {
    throw recordFault('bad-dist-tag', `'${tag}' names no release that is not yanked`, `${field}.version`);
  }
  return { tag, version };
}

/** The field of a record; none without tags. */
export function distTagsField(tags: readonly DistTag[]): { readonly distTags?: readonly DistTag[] } {
  return tags.length === 0 ? {} : { distTags: tags.toSorted((a, b) => (a.tag < b.tag ? -1 : 1)) };
}

/** @throws GgenError InvalidRequest when the text is no dist-tag */
export function assertDistTag(tag: string): void {
  if (isDistTag(tag)) return;
  throw new GgenError(
    'InvalidRequest',
    `'${tag.slice(0, LIMITS.distTagLength)}' is not a dist-tag: it has at most ${LIMITS.distTagLength} lowercase letters, digits, '.', and '-', begins with a letter, and is not a version or range.`,
  );
}

/** @throws GgenError InvalidRequest for a text that is no tag, and when the record has too many */
export function setDistTag(tags: readonly DistTag[], tag: string, version: string): readonly DistTag[] {
  assertDistTag(tag);
  const next = [...tags.filter((one) => one.tag !== tag), { tag, version }];
  if (next.length > LIMITS.distTags) {
    throw new GgenError('InvalidRequest', `A package can have at most ${LIMITS.distTags} dist-tags. Remove one first.`);
  }
  return next;
}

/**
 * Dist-tags after a release was added, as npm sets them. Published under another tag than `latest`, a release does not
 * become the latest. Published without a tag, it takes over a `latest` that was set for a lower version.
 */
export function distTagsAfterRelease(
  before: TaggedReleases | undefined,
  after: readonly Release[],
  version: string,
  tag: string | undefined,
): readonly DistTag[] {
  const tags = before?.distTags ?? [];
  const set = tags.find((one) => one.tag === LATEST_TAG);
  if (tag === undefined) {
    const takesOver = set !== undefined && !isPrerelease(version) && compareVersions(set.version, version) < 0;
    return takesOver ? setDistTag(tags, LATEST_TAG, version) : tags;
  }
  const latest = before === undefined ? undefined : latestRelease(before);
  const wouldBeLatest = latestRelease({ releases: after, distTags: tags })?.version === version;
  const kept =
    tag !== LATEST_TAG && latest !== undefined && wouldBeLatest ? setDistTag(tags, LATEST_TAG, latest.version) : tags;
  return setDistTag(kept, tag, version);
}

/** A yanked release has no dist-tags: who asks for a tag is to get something that can be installed. */
export function withoutYanked({ releases, distTags = [] }: TaggedReleases): readonly DistTag[] {
  const offered = new Set(releases.filter(({ yanked }) => !yanked).map(({ version }) => version));
  return distTags.filter(({ version }) => offered.has(version));
}

/**
 * Dist-tags of a merge: those of the newer record, and those that only the older one has, as many as a record may have.
 * A tag that the newer side removed comes back, because a record does not say that it had one.
 */
export function mergeDistTags(
  older: readonly DistTag[] = [],
  newer: readonly DistTag[] = [],
  releases: readonly Release[],
): readonly DistTag[] {
  const names = new Set(newer.map(({ tag }) => tag));
  const all = [...newer, ...older.filter(({ tag }) => !names.has(tag))];
  return withoutYanked({ releases, distTags: all }).slice(0, LIMITS.distTags);
}

import assert from 'node:assert/strict';
import type { DistTag } from '../../../../src/shared/model.ts';
import { mergeRecords, nextRecord } from '../../../../src/worker/records/next-record.ts';
import type { AddRelease } from '../../../../src/worker/records/next-record.ts';
import { latestRelease } from '../../../../src/worker/records/releases.ts';
import { encodePayload, openRecord } from '../../../../src/worker/records/record.ts';
import type { PackageRecord } from '../../../../src/worker/records/record.ts';
import { NOW, signed } from '../../../fixtures/records/parts.ts';

const { record: base } = openRecord(signed(), { now: NOW });
const [released] = base.releases;

function add(version: string, tag?: string): AddRelease {
  const { root, size, files, kind, dependencies } = released!;
  const { publisher, name, metadata } = base;
  return {
    kind: 'release',
    publisher,
    name,
    metadata: { ...metadata, title: version },
    release: { version, root, size, files, kind, dependencies },
    ...(tag === undefined ? {} : { tag }),
  };
}

/** Publishes versions in this order; `version:tag` under a dist-tag. Each record must be one that peers take. */
function published(text: string): PackageRecord {
  return text.split(' ').reduce<PackageRecord | undefined>((record, entry) => {
    const [version = '', tag] = entry.split(':');
    const next = nextRecord(record, add(version, tag), NOW);
    assert.ok(encodePayload(next).length > 0);
    return next;
  }, undefined)!;
}

function tags(record: PackageRecord): string {
  const set = (record.distTags ?? []).map(({ tag, version }) => `${tag}=${version}`).join(' ');
  return `${latestRelease(record)?.version ?? 'none'} | ${set}`;
}

describe('dist-tags of a record', () => {
  for (const [versions, expected] of [
    ['1.0.0 2.0.0', '2.0.0 | '],
    ['1.0.0 2.0.0:next', '1.0.0 | latest=1.0.0 next=2.0.0'],
    ['1.0.0 2.0.0-beta.1:next', '1.0.0 | next=2.0.0-beta.1'],
    ['1.0.0:next', '1.0.0 | next=1.0.0'],
    ['1.0.0 2.0.0:next 2.0.1', '2.0.1 | latest=2.0.1 next=2.0.0'],
    ['1.0.0 2.0.0:next 2.0.1-rc.1', '1.0.0 | latest=1.0.0 next=2.0.0'],
    ['2.0.0 1.0.1:v1-lts', '2.0.0 | v1-lts=1.0.1'],
    ['2.0.0 1.0.1:latest', '1.0.1 | latest=1.0.1'],
    ['2.0.0 1.0.1:latest 1.0.2', '1.0.2 | latest=1.0.2'],
    ['2.0.0-beta.1 2.0.0-beta.2', '2.0.0-beta.2 | '],
  ] as const) {
    it(`after publishing ${versions} are ${expected}`, () => {
      assert.equal(tags(published(versions)), expected);
    });
  }

  it('decide which release the metadata describe', () => {
    assert.equal(published('1.0.0 2.0.0:next').metadata.title, '1.0.0');
    assert.equal(published('1.0.0 2.0.0').metadata.title, '2.0.0');
  });

  it('are set and removed, and only changed by name', () => {
    const before = published('1.0.0 1.1.0');
    const set = nextRecord(before, { kind: 'dist-tag', tag: 'next', version: '1.0.0' }, NOW);
    assert.equal(tags(set), '1.1.0 | next=1.0.0');
    assert.equal(set.seq, before.seq + 1);
    assert.deepEqual(set.releases, before.releases);
    const rolledBack = nextRecord(set, { kind: 'dist-tag', tag: 'latest', version: '1.0.0' }, NOW);
    assert.equal(tags(rolledBack), '1.0.0 | latest=1.0.0 next=1.0.0');
    const removed = nextRecord(rolledBack, { kind: 'dist-tag', tag: 'latest' }, NOW);
    assert.equal(tags(removed), '1.1.0 | next=1.0.0');
    const none = nextRecord(removed, { kind: 'dist-tag', tag: 'next' }, NOW);
    assert.ok(!('distTags' in none));
    assert.ok(encodePayload(none).length > 0);
  });

  it('refuse what peers would refuse', () => {
    const record = nextRecord(published('1.0.0 1.1.0'), { kind: 'yank', version: '1.1.0', yanked: true }, NOW);
    const set = (tag: string, version?: string) => () =>
      nextRecord(record, { kind: 'dist-tag', tag, ...(version === undefined ? {} : { version }) }, NOW);
    assert.throws(set('next', '9.9.9'), { name: 'VersionNotFound' });
    assert.throws(set('next', '1.1.0'), { name: 'VersionYanked' });
    assert.throws(set('next'), { name: 'InvalidRequest', message: /no dist-tag 'next'/ });
    for (const tag of ['', '^1', '1.0.0', 'X', 'x', 'v2', 'a_b', 'a'.repeat(65), '../a'])
      assert.throws(set(tag, '1.0.0'), { name: 'InvalidRequest' }, tag);
    const many = Array.from({ length: 20 }, (_, index) => `t${index}`).reduce(
      (before, tag) => nextRecord(before, { kind: 'dist-tag', tag, version: '1.0.0' }, NOW),
      record,
    );
    assert.ok(encodePayload(many).length > 0);
    assert.throws(() => nextRecord(many, { kind: 'dist-tag', tag: 'more', version: '1.0.0' }, NOW), /at most 20/);
  });

  it('leave a release when it is yanked, so that a tag never names what cannot be installed', () => {
    const record = published('1.0.0 2.0.0:next');
    const yanked = nextRecord(record, { kind: 'yank', version: '2.0.0', yanked: true }, NOW);
    assert.equal(tags(yanked), '1.0.0 | latest=1.0.0');
    assert.equal(tags(nextRecord(yanked, { kind: 'yank', version: '1.0.0', yanked: true }, NOW)), 'none | ');
  });
});

describe('dist-tags of a merge', () => {
  const start = published('1.0.0 1.1.0');
  const fork = (tag: string, version: string, laterMs: number): PackageRecord =>
    nextRecord(start, { kind: 'dist-tag', tag, version }, NOW + laterMs);

  it('are those of the newer side and what only the older one has, in either order of the arguments', () => {
    const older = nextRecord(fork('next', '1.0.0', 1), { kind: 'dist-tag', tag: 'lts', version: '1.0.0' }, NOW + 2);
    const newer = nextRecord(fork('next', '1.1.0', 3), { kind: 'dist-tag', tag: 'qa', version: '1.1.0' }, NOW + 4);
    const merged = mergeRecords(older, newer, 0);
    assert.deepEqual(mergeRecords(newer, older, 0), merged);
    assert.equal(tags(merged), '1.1.0 | lts=1.0.0 next=1.1.0 qa=1.1.0');
    assert.ok(encodePayload(merged).length > 0);
  });

  it('name no release that either side yanked, and are no more than a record may have', () => {
    const yanked = nextRecord(start, { kind: 'yank', version: '1.1.0', yanked: true }, NOW + 9);
    assert.equal(tags(mergeRecords(fork('next', '1.1.0', 1), yanked, 0)), '1.0.0 | ');
    const side = (prefix: string, laterMs: number): PackageRecord => ({
      ...start,
      seq: start.seq + 1,
      updated: NOW + laterMs,
      distTags: Array.from({ length: 15 }, (_, index): DistTag => ({ tag: `${prefix}${index}`, version: '1.0.0' })),
    });
    const merged = mergeRecords(side('a', 1), side('b', 2), 0);
    assert.equal(merged.distTags?.length, 20);
    assert.equal(merged.distTags.filter(({ tag }) => tag.startsWith('b')).length, 15);
    assert.ok(encodePayload(merged).length > 0);
  });
});

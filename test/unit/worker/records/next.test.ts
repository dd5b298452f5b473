import assert from 'node:assert/strict';
import { mergeRecords, nextRecord } from '../../../../src/worker/records/next-record.ts';
import type { AddRelease } from '../../../../src/worker/records/next-record.ts';
import { encodePayload, openRecord } from '../../../../src/worker/records/record.ts';
import type { PackageRecord } from '../../../../src/worker/records/record.ts';
import { NOW, signed } from '../../../fixtures/records/parts.ts';

const { record: base } = openRecord(signed(), { now: NOW });
const [released] = base.releases;

function add(version: string, root = released!.root): AddRelease {
  const { size, files, kind, dependencies } = released!;
  const { publisher, name, metadata } = base;
  return { kind: 'release', publisher, name, metadata, release: { version, root, size, files, kind, dependencies } };
}

function publish(versions: readonly string[], now = NOW): PackageRecord {
  const [first, ...rest] = versions;
  return rest.reduce(
    (record, version) => nextRecord(record, add(version), now),
    nextRecord(undefined, add(first!), now),
  );
}

describe('the next record of a package', () => {
  it('begins with sequence 1', () => {
    const record = nextRecord(undefined, add('1.0.0'), NOW);
    assert.equal(record.seq, 1);
    assert.equal(record.updated, NOW);
    assert.deepEqual(
      record.releases.map(({ version, published, yanked }) => ({ version, published, yanked })),
      [{ version: '1.0.0', published: NOW, yanked: false }],
    );
    assert.ok(encodePayload(record).length > 0);
  });

  it('adds a release, keeps the others, and takes the new metadata', () => {
    const metadata = { ...base.metadata, title: 'Renamed' };
    const record = nextRecord(base, { ...add('1.1.0'), metadata }, NOW);
    assert.equal(record.seq, 2);
    assert.equal(record.metadata.title, 'Renamed');
    assert.deepEqual(record.releases[0], released);
    assert.equal(record.releases[1]?.version, '1.1.0');
  });

  it('increases the timestamp even when the clock lies behind', () => {
    const record = nextRecord(base, add('1.1.0'), base.updated - 5000);
    assert.equal(record.updated, base.updated + 1);
    assert.equal(record.releases[1]?.published, base.updated + 1);
  });

  it('refuses a version that is not higher than every one before', () => {
    const record = publish(['1.0.0', '2.0.0-beta.1']);
    for (const version of ['2.0.0-beta.1', '2.0.0-alpha', '1.0.0', '1.0.1']) {
      assert.throws(() => nextRecord(record, add(version), NOW), { name: 'VersionNotHigher' }, version);
    }
    assert.equal(nextRecord(record, add('2.0.0'), NOW).releases.length, 3);
  });

  it('accepts higher build numbers of one version', () => {
    const record = publish(['26.8.18+dfcm.9']);
    assert.equal(nextRecord(record, add('26.8.18+dfcm.10'), NOW).releases.length, 2);
    assert.throws(() => nextRecord(record, add('26.8.18+dfcm.8'), NOW), { name: 'VersionNotHigher' });
    assert.throws(() => nextRecord(record, add('26.8.18'), NOW), { name: 'VersionNotHigher' });
  });

  it('yanks, and un-yanks', () => {
    const yanked = nextRecord(base, { kind: 'yank', version: '1.0.0', yanked: true }, NOW);
    assert.deepEqual(yanked.releases, [{ ...released, yanked: true }]);
    const back = nextRecord(yanked, { kind: 'yank', version: '1.0.0', yanked: false }, NOW);
    assert.deepEqual(back.releases, base.releases);
    assert.equal(back.seq, 3);
  });

  it('does not yank a missing version', () => {
    const change = { kind: 'yank', version: '3.0.0', yanked: true } as const;
    assert.throws(() => nextRecord(base, change, NOW), { name: 'VersionNotFound' });
    assert.throws(() => nextRecord(undefined, change, NOW), { name: 'PackageNotFound' });
  });

  it('keeps publisher and name of the package', () => {
    assert.throws(() => nextRecord(base, { ...add('1.1.0'), name: 'other' }, NOW), { name: 'InvalidRequest' });
  });

  it('does not mutate the previous record', () => {
    const before = structuredClone(base);
    nextRecord(base, add('1.1.0'), NOW);
    nextRecord(base, { kind: 'yank', version: '1.0.0', yanked: true }, NOW);
    assert.deepEqual(base, before);
  });
});

describe('merging forked records', () => {
  const common = publish(['1.0.0'], NOW);
  const localRecord = nextRecord(common, add('1.2.0'), NOW + 10);
  const remoteRecord = nextRecord(
    nextRecord(common, add('1.1.0'), NOW + 20),
    { kind: 'yank', version: '1.0.0', yanked: true },
    NOW + 30,
  );

  it('keeps every release of both, sorted, yanked if either yanked it', () => {
    for (const merged of [
      mergeRecords(localRecord, remoteRecord, NOW + 40),
      mergeRecords(remoteRecord, localRecord, NOW + 40),
    ]) {
      assert.deepEqual(
        merged.releases.map(({ version, yanked }) => ({ version, yanked })),
        [
          { version: '1.0.0', yanked: true },
          { version: '1.1.0', yanked: false },
          { version: '1.2.0', yanked: false },
        ],
      );
      assert.equal(merged.seq, 4);
      assert.equal(merged.updated, NOW + 40);
      assert.ok(encodePayload(merged).length > 0);
    }
  });

  it('refuses one version with two contents', () => {
    const other = nextRecord(common, add('1.2.0', 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'), NOW);
    assert.throws(() => mergeRecords(localRecord, other, NOW), { name: 'RecordInvalid' });
  });

  it('refuses two packages', () => {
    assert.throws(() => mergeRecords(localRecord, { ...remoteRecord, name: 'other' }, NOW), { name: 'InvalidRequest' });
  });
});

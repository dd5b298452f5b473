import assert from 'node:assert/strict';
import { encodePayload, openRecord } from '../../../../src/worker/records/record.ts';
import type { PackageRecord } from '../../../../src/worker/records/record.ts';
import type { Release } from '../../../../src/shared/model.ts';
import { NOW, signed } from '../../../fixtures/records/parts.ts';

const { record: base } = openRecord(signed(), { now: NOW });

function withRelease(change: Partial<Release>): PackageRecord {
  return { ...base, releases: [{ ...base.releases[0]!, ...change }] };
}

function withTitle(title: string): PackageRecord {
  return { ...base, metadata: { ...base.metadata, title } };
}

describe('encoding a package record', () => {
  const refused: readonly (readonly [string, PackageRecord, string | undefined])[] = [
    ['an invalid publisher', { ...base, publisher: 'ada' }, undefined],
    ['an invalid name', { ...base, name: 'Demo' }, 'bad-name'],
    ['a lone surrogate', withTitle('a\ud800'), 'forbidden-character'],
    ['a control character', withTitle('a\u0007'), 'forbidden-character'],
    ['an empty title', withTitle(''), 'empty-text'],
    ['a content root that is not a CID', withRelease({ root: 'demo' }), 'bad-cid'],
    ['a CIDv0', withRelease({ root: 'QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n' }), 'bad-cid'],
    ['a fraction', withRelease({ size: 1.5 }), 'bad-number'],
    ['not a number', { ...base, updated: NaN }, 'bad-number'],
    ['no release', { ...base, releases: [] }, 'too-few'],
  ];
  for (const [what, record, reason] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => encodePayload(record),
        (error: Error & { details?: Record<string, unknown> }) =>
          error.name === 'RecordInvalid' && error.details?.['reason'] === reason,
      );
    });
  }

  it('refuses a record that would be too large to send', () => {
    const dependencies = Array.from({ length: 200 }, (_, index) => ({
      id: `package-${index}`,
      requirement: '^1',
      optional: false,
    }));
    const releases = Array.from({ length: 20 }, (_, index) => ({
      ...base.releases[0]!,
      version: `1.${index}.0`,
      dependencies,
    }));
    assert.throws(() => encodePayload({ ...base, releases }), { name: 'RecordTooLarge' });
  });

  it('fits 300 releases into a record', () => {
    const releases = Array.from({ length: 300 }, (_, index) => ({
      ...base.releases[0]!,
      version: `1.${index}.0`,
      dependencies: [],
    }));
    assert.ok(encodePayload({ ...base, releases }).length < 64 * 1024);
  });

  it('gives the same bytes for any order of the properties', () => {
    const reversed = Object.fromEntries(Object.entries(base).reverse()) as unknown as PackageRecord;
    assert.deepEqual(encodePayload(reversed), encodePayload(base));
  });

  it('does not alias the input buffer', () => {
    const bytes = Buffer.from(signed());
    const opened = openRecord(bytes, { now: NOW });
    bytes.fill(0);
    assert.deepEqual(Buffer.from(opened.envelope), Buffer.from(signed()));
    assert.equal(opened.envelope.buffer.byteLength, opened.envelope.length);
    assert.match(opened.digest, /^[0-9a-f]{64}$/);
  });
});

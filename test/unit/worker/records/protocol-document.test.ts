import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { publisherKeyFromSecret } from '../../../../src/identity/publisher-key.ts';
import { RECORD_DOMAIN, RECORD_PAYLOAD_TYPE, RECORD_PREFIX } from '../../../../src/identity/record-domain.ts';
import { isWeakKey } from '../../../../src/identity/weak-key.ts';
import { LIMITS, NAME_PATTERN } from '../../../../src/shared/limits.ts';
import { RECORD_FAULTS } from '../../../../src/worker/records/record-faults.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../../../src/worker/records/record.ts';
import type { PackageRecord } from '../../../../src/worker/records/record.ts';
import { FORBIDDEN_RANGES } from '../../../../src/worker/records/record-text.ts';

const page = readFileSync(new URL('../../../../docs/protocols/package-record.md', import.meta.url), 'utf8');

/** Content of the code block whose fence has this text. */
function block(fence: string): string {
  const start = page.indexOf(`\`\`\`${fence}\n`);
  assert.ok(start >= 0, `the page has no block '${fence}'`);
  const from = start + fence.length + 4;
  return page.slice(from, page.indexOf('```', from)).trim();
}

function bytes(fence: string): Buffer {
  return Buffer.from(block(fence).replaceAll(/\s/g, ''), 'hex');
}

/** Rows of the table below this heading, as cells. */
function rows(heading: RegExp): string[][] {
  const lines = page.slice(page.search(heading)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/protocols/package-record.md', () => {
  const record = JSON.parse(block('json record')) as PackageRecord;
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), bytes('hex seed')]);
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  const key = publisherKeyFromSecret(pem.toString());

  it('has the same example as the code', () => {
    const payload = encodePayload(record);
    const toSign = bytesToSign(payload);
    const envelope = sealRecord(payload, key.sign(toSign));
    assert.equal(key.id, record.publisher);
    assert.deepEqual(Buffer.from(payload), bytes('hex payload'));
    assert.deepEqual(Buffer.from(RECORD_PREFIX), bytes('hex prefix'));
    assert.deepEqual(Buffer.from(toSign), Buffer.concat([bytes('hex prefix'), Buffer.from([0xcd, 0x02]), payload]));
    assert.deepEqual(Buffer.from(key.sign(toSign)), bytes('hex signature'));
    assert.deepEqual(Buffer.from(envelope), bytes('hex envelope'));
  });

  it('has an example that opens and verifies', () => {
    const opened = openRecord(bytes('hex envelope'), { now: record.updated });
    assert.deepEqual(opened.record, record);
    assert.equal(opened.digest, bytes('hex digest').toString('hex'));
  });

  it('states the sizes of the example', () => {
    for (const [label, fence] of [
      ['Payload', 'hex payload'],
      ['Envelope', 'hex envelope'],
    ] as const) {
      assert.ok(page.includes(`${label} (${bytes(fence).length} bytes`), label);
    }
    assert.ok(page.includes(`begins with ${RECORD_PREFIX.length} bytes`));
  });

  it('lists every validation error, in the order of the code', () => {
    const named = rows(/^\| Fault /m).map(([fault]) => fault);
    assert.deepEqual(
      named,
      RECORD_FAULTS.map((fault) => `\`${fault}\``),
    );
  });

  it('lists every forbidden code point', () => {
    const code = (number: number): string => `U+${number.toString(16).toUpperCase().padStart(4, '0')}`;
    assert.deepEqual(
      rows(/^\| From /m),
      FORBIDDEN_RANGES.map(([first, last, why]) => [code(first), code(last), why]),
    );
  });

  it('lists weak keys that the code refuses', () => {
    const keys = block('text weak keys').split('\n');
    assert.equal(keys.length, 7);
    for (const hex of keys) assert.equal(isWeakKey(Buffer.from(hex, 'hex')), true, hex);
  });

  it('states the limits of the code', () => {
    const rules = new Map(
      [
        /^\| Field +\| Type +\| Rule .*\n.*\n\| `v`/m,
        /^\| Field +\| Type +\| Rule .*\n.*\n\| `title`/m,
        /^\| Field +\| Type +\| Rule .*\n.*\n\| `version`/m,
      ]
        .flatMap(rows)
        .map(([field, , rule]) => [field!.replaceAll('`', ''), rule!] as const),
    );
    const number = (value: number): string => value.toLocaleString('en-US');
    const expected: readonly (readonly [string, string])[] = [
      ['name', `length at most ${LIMITS.nameLength}`],
      ['name', NAME_PATTERN.source.replaceAll('|', '\\|')],
      ['updated', `${number(LIMITS.maxClockSkewMs)} ms`],
      ['releases', `1 to ${number(LIMITS.releasesPerRecord)} maps`],
      ['title', `length at most ${LIMITS.titleLength}`],
      ['description', `length at most ${number(LIMITS.descriptionLength)}`],
      ['categories', `at most ${LIMITS.categories}, different, length at most ${LIMITS.categoryLength}`],
      ['tags', `at most ${LIMITS.tags}, different, length at most ${LIMITS.tagLength}`],
      ['license', `length at most ${LIMITS.textLength}`],
      ['authors', `at most ${LIMITS.authors}, different, length at most ${LIMITS.textLength}`],
      ['version', `length at most ${LIMITS.versionLength}`],
      ['size', number(LIMITS.bytesPerRelease)],
      ['files', number(LIMITS.filesPerRelease)],
      ['dependencies', `at most ${LIMITS.dependencies},`],
    ];
    for (const [field, text] of expected) assert.ok(rules.get(field)?.includes(text), `${field}: ${text}`);
    assert.ok(page.includes(`${number(LIMITS.maxRecordBytes)} bytes, envelope included`));
    assert.ok(page.includes(`varint(${RECORD_DOMAIN.length}) "${RECORD_DOMAIN}"`));
    assert.ok(page.includes(`varint(${RECORD_PAYLOAD_TYPE.length}) "${RECORD_PAYLOAD_TYPE}"`));
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { GgenError } from '../../../../src/shared/errors.ts';
import { RECORD_FAULTS } from '../../../../src/worker/records/record-faults.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../../../src/worker/records/record.ts';
import { fixtureText } from '../../../fixtures/records/generate.ts';
import { PUBLISHER, envelope, signedBytes } from '../../../fixtures/records/parts.ts';

interface Fixtures {
  readonly now: number;
  readonly hostile: readonly { readonly name: string; readonly reason: string; readonly envelope: string }[];
  readonly valid: readonly { readonly name: string; readonly envelope: string }[];
}

const text = readFileSync(new URL('../../../fixtures/records/records.json', import.meta.url), 'utf8');
const { now, hostile, valid } = JSON.parse(text) as Fixtures;

/** Returns the fault of an invalid record; undefined when it is valid. Rethrows any other error. */
function faultOf(bytes: Uint8Array): unknown {
  try {
    openRecord(bytes, { now });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof GgenError, `${String(error)} is not a GgenError`);
    assert.equal(error.name, 'RecordInvalid');
    assert.match(error.message, /^Package record rejected: .+\.$/);
    return error.details['reason'];
  }
}

describe('hostile package records', () => {
  it('are generated exactly as stored in the fixture file', () => {
    assert.equal(fixtureText(), text);
  });

  it('are at least 60, each with a name of its own', () => {
    assert.ok(hostile.length >= 60);
    assert.equal(new Set(hostile.map(({ name }) => name)).size, hostile.length);
  });

  it('together cover every validation error', () => {
    assert.deepEqual(new Set(hostile.map(({ reason }) => reason)), new Set<string>(RECORD_FAULTS));
  });

  for (const { name, reason, envelope: bytes } of hostile) {
    it(`${reason}: ${name}`, () => {
      assert.equal(faultOf(Buffer.from(bytes, 'base64')), reason);
    });
  }
});

describe('valid package records at the limits', () => {
  for (const { name, envelope: bytes } of valid) {
    it(`are accepted and re-encode to the same bytes: ${name}`, () => {
      const opened = openRecord(Buffer.from(bytes, 'base64'), { now });
      const payload = encodePayload(opened.record);
      assert.deepEqual(envelope(payload), Buffer.from(bytes, 'base64'));
      assert.deepEqual(Buffer.from(bytesToSign(payload)), signedBytes(payload));
    });
  }
});

describe('a valid package record with one change', () => {
  const good = Buffer.from(valid[0]!.envelope, 'base64');
  const payload = encodePayload(openRecord(good, { now }).record);

  it('is rejected at every truncated length', () => {
    for (let length = 0; length < good.length; length++) {
      assert.notEqual(faultOf(good.subarray(0, length)), undefined, `cut to ${length} bytes`);
    }
  });

  it('is rejected with any one bit changed', () => {
    for (let at = 0; at < good.length; at++) {
      const copy = Buffer.from(good);
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << (at % 8)), at);
      assert.notEqual(faultOf(copy), undefined, `byte ${at}`);
    }
  });

  it('and a new signature is rejected, or has no second encoding', () => {
    let taken = 0;
    for (let at = 0; at < payload.length; at++) {
      for (const change of [0x01, 0x20, 0x80, 0xff]) {
        const copy = Buffer.from(payload);
        copy.writeUInt8(copy.readUInt8(at) ^ change, at);
        const sealed = envelope(copy, { key: PUBLISHER });
        if (faultOf(sealed) !== undefined) continue;
        assert.deepEqual(Buffer.from(encodePayload(openRecord(sealed, { now }).record)), copy, `byte ${at}`);
        taken++;
      }
    }
    assert.ok(taken > 100, 'letters of texts can be changed');
  }).timeout(20_000);
});

describe('sealing a record', () => {
  const opened = openRecord(Buffer.from(valid[0]!.envelope, 'base64'), { now });
  const payload = encodePayload(opened.record);
  const signature = opened.envelope.slice(-64);

  it('creates the same envelope again', () => {
    assert.deepEqual(sealRecord(payload, signature), opened.envelope);
  });

  it('refuses a signature that is not of these bytes', () => {
    const other = encodePayload({ ...opened.record, seq: 2 });
    assert.throws(() => sealRecord(other, signature), { name: 'SignatureInvalid' });
    assert.throws(() => sealRecord(payload, signature.slice(1)), { name: 'SignatureInvalid' });
  });

  it('rejects an invalid record', () => {
    assert.throws(() => sealRecord(Uint8Array.of(0xa0), signature), { name: 'RecordInvalid' });
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import { RecordEnvelope } from '@libp2p/peer-record';
import { RECORD_DOMAIN, RECORD_PAYLOAD_TYPE } from '../../../../src/identity/record-domain.ts';
import { bytesToSign, encodePayload, openRecord, sealRecord } from '../../../../src/worker/records/record.ts';
import { NOW, PUBLISHER, signed } from '../../../fixtures/records/parts.ts';

/** libp2p's key from the same seed as the fixtures' publisher. */
const libp2pKey = generateKeyPairFromSeed('Ed25519', createHash('sha256').update('ggen fixture publisher').digest());

describe('the record envelope is a libp2p signed envelope', () => {
  it('ours opens with libp2p', async () => {
    const ours = signed();
    const { record } = openRecord(ours, { now: NOW });
    const theirs = await RecordEnvelope.openAndCertify(ours, RECORD_DOMAIN);
    assert.deepEqual(Buffer.from(theirs.payload), Buffer.from(encodePayload(record)));
    assert.equal(new TextDecoder().decode(theirs.payloadType), RECORD_PAYLOAD_TYPE);
    assert.deepEqual(Buffer.from(theirs.publicKey.raw), Buffer.from(PUBLISHER.raw));
    assert.deepEqual(Buffer.from(theirs.marshal()), Buffer.from(ours));
  });

  it('libp2p refuses ours in another domain', async () => {
    await assert.rejects(RecordEnvelope.openAndCertify(signed(), 'libp2p-peer-record'), {
      name: 'InvalidSignatureError',
    });
  });

  it("libp2p's opens with ours, byte for byte", async () => {
    const { record } = openRecord(signed(), { now: NOW });
    const payload = encodePayload(record);
    const theirs = await (await libp2pKey).sign(bytesToSign(payload));
    assert.deepEqual(Buffer.from(sealRecord(payload, theirs)), Buffer.from(signed()));
    const sealed = await RecordEnvelope.seal(
      {
        domain: RECORD_DOMAIN,
        codec: new TextEncoder().encode(RECORD_PAYLOAD_TYPE),
        marshal: () => payload,
        equals: () => false,
      },
      await libp2pKey,
    );
    assert.deepEqual(openRecord(sealed.marshal(), { now: NOW }).record, record);
  });
});

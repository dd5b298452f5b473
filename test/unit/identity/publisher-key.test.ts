import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { publicKeyFromPublisherId } from '../../../src/identity/publisher-id.ts';
import { createPublisherKey, publisherKeyFromSecret, verifySignature } from '../../../src/identity/publisher-key.ts';
import { RECORD_PREFIX, concat, isRecordToSign, recordBytesToSign } from '../../../src/identity/record-domain.ts';

const record = recordBytesToSign(new Uint8Array(300).fill(7));

describe('the publisher key', () => {
  const key = createPublisherKey();
  const publicKey = publicKeyFromPublisherId(key.id);

  it('signs what verifies under its id', () => {
    const signature = key.sign(record);
    assert.equal(signature.length, 64);
    assert.equal(signature.buffer.byteLength, 64);
    assert.equal(verifySignature(publicKey, record, signature), true);
  });

  it('signs the same bytes in the same way', () => {
    assert.deepEqual(key.sign(record), key.sign(record));
  });

  it('comes back from its secret', () => {
    const repeated = publisherKeyFromSecret(key.secret());
    assert.equal(repeated.id, key.id);
    assert.deepEqual(repeated.sign(record), key.sign(record));
    assert.match(key.secret(), /^-----BEGIN PRIVATE KEY-----\n/);
  });

  it('differs every time it is created', () => {
    assert.notEqual(createPublisherKey().id, key.id);
  });

  it('signs nothing but package records', () => {
    const others = [
      new Uint8Array(0),
      RECORD_PREFIX,
      new TextEncoder().encode('ggen-package-record'),
      concat(RECORD_PREFIX, Uint8Array.of(5, 1, 2)), // a length that is longer than the rest
      concat(record, Uint8Array.of(0)), // bytes after the record
      record.subarray(1),
      concat(Uint8Array.of(18), new TextEncoder().encode('libp2p-peer-record'), Uint8Array.of(2, 3, 1, 1, 9)),
    ];
    for (const bytes of others) {
      assert.throws(() => key.sign(bytes), { name: 'InvalidRequest', message: /not a package record/ });
    }
  });

  it('does not show its secret when it is printed', () => {
    const secret = key.secret().split('\n')[1]!;
    assert.equal(inspect(key, { depth: 9, showHidden: true }).includes(secret), false);
    assert.equal(JSON.stringify(key), JSON.stringify({ id: key.id }));
  });
});

describe('reading a publisher key', () => {
  const pem = (type: 'x25519' | 'ed448'): string =>
    (type === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ed448')).privateKey
      .export({ format: 'pem', type: 'pkcs8' })
      .toString();
  const encrypted = generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString();
  const publicPem = generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }).toString();

  for (const [what, text, message] of [
    ['no text', '', /Cannot read/],
    ['another text', 'my secret key', /Cannot read/],
    ['a cut key', createPublisherKey().secret().slice(0, 60), /Cannot read/],
    ['a public key', publicPem, /Cannot read/],
    ['a key of another type', pem('x25519'), /type x25519/],
    ['a key of another curve', pem('ed448'), /type ed448/],
    ['an encrypted key', encrypted, /passphrase/],
  ] as const) {
    it(`refuses ${what}, without repeating it`, () => {
      assert.throws(
        () => publisherKeyFromSecret(text),
        (error: Error) => {
          assert.equal(error.name, 'InvalidRequest');
          assert.match(error.message, message);
          assert.equal(error.cause, undefined);
          return !error.message.includes('secret');
        },
      );
    });
  }
});

describe('verifying a signature', () => {
  const key = createPublisherKey();
  const publicKey = publicKeyFromPublisherId(key.id);
  const signature = key.sign(record);

  it('returns false, and does not throw, for every invalid input', () => {
    const other = publicKeyFromPublisherId(createPublisherKey().id);
    assert.equal(verifySignature(other, record, signature), false);
    assert.equal(verifySignature(publicKey, record.subarray(1), signature), false);
    assert.equal(verifySignature(publicKey, record, new Uint8Array(64)), false);
    assert.equal(verifySignature(publicKey, record, signature.subarray(1)), false);
    assert.equal(verifySignature(publicKey.subarray(1), record, signature), false);
    assert.equal(verifySignature(new Uint8Array(32).fill(2), record, signature), false);
    assert.equal(verifySignature(new Uint8Array(32).fill(0xff), record, signature), false);
  });

  it('stays correct while the cache of publishers changes', () => {
    for (let index = 0; index < 300; index++) {
      const fleeting = createPublisherKey();
      assert.equal(verifySignature(publicKeyFromPublisherId(fleeting.id), record, fleeting.sign(record)), true);
    }
    assert.equal(verifySignature(publicKey, record, signature), true);
  });

  it('follows RFC 8032, test 2', () => {
    assert.equal(
      verifySignature(
        Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex'),
        Uint8Array.of(0x72),
        Buffer.from(
          '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
            '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
          'hex',
        ),
      ),
      true,
    );
  });
});

describe('the bytes to sign', () => {
  it('are domain, payload type and payload, each with its length', () => {
    const bytes = Buffer.from(recordBytesToSign(Uint8Array.of(0xa0)));
    assert.equal(bytes.toString('latin1'), '\x13ggen-package-record\x16/ggen/package-record/1\x01\xa0');
  });

  it('are recognized at every length', () => {
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 65_536]) {
      assert.equal(isRecordToSign(recordBytesToSign(new Uint8Array(length))), true, `${length}`);
    }
  });
});

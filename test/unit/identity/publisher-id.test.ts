import assert from 'node:assert/strict';
import { base58btc } from 'multiformats/bases/base58';
import {
  isPackageName,
  isPublisherId,
  parsePackageId,
  publicKeyFromPublisherId,
  publisherIdFromPublicKey,
  shortPublisherId,
} from '../../../src/identity/publisher-id.ts';
import { isWeakKey } from '../../../src/identity/weak-key.ts';

/** From the did:key specification's Ed25519 test vectors. */
const ID = 'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK';
const KEY = '2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6';

describe('publisher ids', () => {
  it('are the did:key form of an Ed25519 key', () => {
    assert.equal(publisherIdFromPublicKey(Buffer.from(KEY, 'hex')), ID);
    assert.equal(Buffer.from(publicKeyFromPublisherId(ID)).toString('hex'), KEY);
    assert.equal(isPublisherId(ID), true);
  });

  it('have 48 characters for every key', () => {
    for (const fill of [2, 0x7f, 0x80, 0xfe]) {
      const key = new Uint8Array(32).fill(fill);
      const id = publisherIdFromPublicKey(key);
      assert.match(id, /^z6Mk.{44}$/);
      assert.deepEqual(publicKeyFromPublisherId(id), key);
    }
  });

  it('are rejected in any other form', () => {
    const x25519 = base58btc.encode(Buffer.concat([Uint8Array.of(0xec, 0x01), Buffer.from(KEY, 'hex')]));
    const weak = base58btc.encode(Buffer.concat([Uint8Array.of(0xed, 0x01, 1), new Uint8Array(31)]));
    const others = [
      '',
      'z6Mk',
      ID.slice(0, -1),
      `${ID}1`,
      ` ${ID}`,
      `${ID}\n`,
      `did:key:${ID}`,
      ID.replace('z6Mk', 'Z6Mk'),
      ID.replace('h', '0'),
      ID.toLowerCase(),
      `z6Mk${'z'.repeat(44)}`,
      x25519,
      weak,
    ];
    for (const text of others) {
      assert.equal(isPublisherId(text), false, text);
      assert.throws(() => publicKeyFromPublisherId(text), { name: 'RecordInvalid' }, text);
    }
  });

  it('reject keys of another length, and weak keys', () => {
    for (const key of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(32)]) {
      assert.throws(() => publisherIdFromPublicKey(key), { name: 'RecordInvalid' });
    }
  });

  it('are shortened for display', () => {
    assert.equal(shortPublisherId(ID), 'z6Mk…2doK');
    assert.equal(shortPublisherId('short'), 'short');
  });
});

describe('weak keys', () => {
  it('are those of small order, with either sign', () => {
    const one = Buffer.concat([Uint8Array.of(1), new Uint8Array(31)]);
    assert.equal(isWeakKey(one), true);
    one.writeUInt8(0x80, 31);
    assert.equal(isWeakKey(one), true);
    assert.equal(isWeakKey(Buffer.from(KEY, 'hex')), false);
  });
});

describe('package ids', () => {
  for (const [text, expected] of [
    ['demo', { name: 'demo' }],
    ['io.ggen.rust.cli-subcommand', { name: 'io.ggen.rust.cli-subcommand' }],
    ['demo@1.2.3-rc.1+b', { name: 'demo', version: '1.2.3-rc.1+b' }],
    ['demo@>=1 <2 || ^3', { name: 'demo', version: '>=1 <2 || ^3' }],
    ['demo@latest', { name: 'demo', version: 'latest' }],
    [`${ID}/demo`, { publisher: ID, name: 'demo' }],
    [`${ID}/demo@~1`, { publisher: ID, name: 'demo', version: '~1' }],
  ] as const) {
    it(`parse: ${text}`, () => {
      assert.deepEqual(parsePackageId(text), expected);
    });
  }

  for (const [text, message] of [
    ['', /package name/],
    ['/demo', /publisher ID/],
    ['ada/demo', /'ada' is not a publisher ID/],
    [`${ID}/`, /package name/],
    [`${ID}/a/b`, /'a\/b' is not a package name/],
    ['../demo', /publisher ID/],
    ['Demo', /package name/],
    [' demo', /package name/],
    ['demo@', /neither a version/],
    ['demo@ 1', /neither a version/],
    ['demo@1@2', /neither a version/],
    [`demo@${'1'.repeat(200)}`, /neither a version/],
    ['x'.repeat(129), /package name/],
    ['@scope/demo', /package name/],
  ] as const) {
    it(`are refused: '${text.slice(0, 60)}'`, () => {
      assert.throws(() => parsePackageId(text), { name: 'InvalidRequest', message });
    });
  }

  it('have names of one form', () => {
    for (const name of ['a', 'a1', 'a-b', 'a_b', 'a.b', 'a--b', '0']) assert.ok(isPackageName(name), name);
    for (const name of ['', '-a', 'a-', '.a', 'a.', 'a..b', 'A', 'ä', 'a b', 'a\n']) {
      assert.equal(isPackageName(name), false, name);
    }
  });
});

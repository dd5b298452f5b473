import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { isProtectedKey, protectKey, unprotectKey } from '../../../src/identity/protected-key.ts';
import { createPublisherKey, publisherKeyFromSecret } from '../../../src/identity/publisher-key.ts';

const PASSPHRASE = 'correct horse battery';

describe('a publisher key encrypted with a passphrase', function () {
  // scrypt takes its time on purpose.
  this.timeout(240_000);
  const key = createPublisherKey();
  const text = protectKey(key.secret(), PASSPHRASE);

  it('decrypts to the same key, and reveals nothing of it', () => {
    assert.equal(isProtectedKey(text), true);
    assert.equal(isProtectedKey(key.secret()), false);
    assert.equal(publisherKeyFromSecret(unprotectKey(text, PASSPHRASE)).id, key.id);
    const secret = key.secret().split('\n')[1]!;
    assert.ok(!Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64').includes(secret));
  });

  it('differs each time it is encrypted', () => {
    assert.notEqual(protectKey(key.secret(), PASSPHRASE), text);
  });

  it('does not decrypt with another passphrase, nor after any change', () => {
    const bytes = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
    const refused = { name: 'InvalidRequest', message: /passphrase is wrong, or the key is damaged/ };
    assert.throws(() => unprotectKey(text, `${PASSPHRASE}!`), refused);
    // One byte each of format, cost, salt, tag and content.
    for (const at of [0, 1, 2, 30, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      const lines = [text.split('\n')[0], changed.toString('base64'), text.trim().split('\n').at(-1)];
      assert.throws(() => unprotectKey(lines.join('\n'), PASSPHRASE), refused, `byte ${at}`);
    }
    for (const wrong of ['', 'x', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----']) {
      assert.throws(() => unprotectKey(wrong, PASSPHRASE), refused);
    }
  });

  it('rejects a weak passphrase', () => {
    assert.throws(() => protectKey(key.secret(), 'short'), /at least 8/);
  });

  it('decrypts PKCS#8 keys encrypted by another program', () => {
    const pkcs8 = createPrivateKey(key.secret()).export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: PASSPHRASE,
    });
    assert.equal(isProtectedKey(String(pkcs8)), true);
    assert.equal(publisherKeyFromSecret(unprotectKey(String(pkcs8), PASSPHRASE)).id, key.id);
  });

  it('decrypts whether its passphrase was typed with composed characters or not', () => {
    assert.equal(
      publisherKeyFromSecret(unprotectKey(protectKey(key.secret(), 'pässwörter'), 'pa\u0308sswo\u0308rter')).id,
      key.id,
    );
  });
});

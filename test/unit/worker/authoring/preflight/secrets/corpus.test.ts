import assert from 'node:assert/strict';
import { SecretScanner } from '../../../../../../src/worker/authoring/preflight/secrets/secret-scanner.ts';
import { NEGATIVES, POSITIVES } from './corpus.ts';
import type { Sample } from './corpus.ts';

/** Whether a sample blocks publishing, and whether it is reported at all. */
async function search({ path = 'src/config.ts', text }: Sample): Promise<{ blocks: boolean; isReported: boolean }> {
  const secrets = new SecretScanner();
  // eslint-disable-next-line @typescript-eslint/require-await -- one chunk, at once
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  };
  for await (const part of secrets.scan(path, bytes())) assert.equal(String(part), text);
  const found = secrets.diagnostics();
  return { blocks: found.some(({ fingerprint }) => fingerprint !== undefined), isReported: found.length > 0 };
}

describe('a corpus of texts', () => {
  it('has about as many secrets as texts that are none', () => {
    assert.ok(POSITIVES.length >= 60 && NEGATIVES.length >= 60);
  });

  for (const sample of POSITIVES) {
    it(`blocks: ${sample.what}`, async () => {
      assert.equal((await search(sample)).blocks, true);
    });
  }

  for (const sample of NEGATIVES) {
    it(`does not block: ${sample.what}`, async () => {
      assert.equal((await search(sample)).blocks, false);
    });
  }
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { MAX_READ_BYTES } from '../../../../src/shared/limits.ts';
import { parseReleasePath, releasePath } from '../../../../src/extension/filesystem/release-path.ts';
import { MAX_OPEN_FILE_BYTES, readWholeFile } from '../../../../src/extension/filesystem/read-whole-file.ts';
import { t as localize } from '../localize.ts';

const { id: publisher } = createPublisherKey();
const id = `${publisher}/name`;

describe('the path of a release', () => {
  it('round-trips for any file name', () => {
    const segment = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('/'));
    const version = fc.constantFrom('1.0.0', '1.0.0-alpha.1', '2.10.3+build.5', '0.0.1-a-b+c-d');
    fc.assert(
      fc.property(version, fc.array(segment), (exact, segments) => {
        const path = segments.join('/');
        const text = releasePath({ id, version: exact }, path);
        assert.deepEqual(parseReleasePath(text), { id, name: 'name', version: exact, path });
      }),
    );
  });

  it('ignores a trailing slash', () => {
    assert.deepEqual(parseReleasePath(`/${id}@1.0.0/`), { id, name: 'name', version: '1.0.0', path: '' });
    assert.equal(parseReleasePath(`/${id}@1.0.0/src/`)?.path, 'src');
  });

  it('is parsed only with a publisher, a name and an exact version', () => {
    for (const text of [
      '',
      '/',
      `/${publisher}`,
      `/${id}`,
      `/${id}@`,
      `/${id}@^1`,
      `/${id}@latest`,
      `/${id}@1`,
      `/${id}@1.0.0 || 2`,
      `/${publisher.toLowerCase()}/name@1.0.0`,
      `/${publisher}/Name@1.0.0`,
      `/${publisher}/..@1.0.0/x`,
      '/name@1.0.0/README.md',
      `${id}@1.0.0`,
    ]) {
      assert.equal(parseReleasePath(text), undefined, text);
    }
  });
});

describe('reading a whole file', () => {
  const file = { id, name: 'name', version: '1.0.0', path: 'large.bin' };
  const signal = new AbortController().signal;

  /** An engine that returns at most one part per call. */
  const serving = (content: Uint8Array, size = content.length) => ({
    readFile: ({ offset = 0 }) => Promise.resolve({ bytes: content.subarray(offset, offset + MAX_READ_BYTES), size }),
  });

  it('joins its parts, and reports progress', async () => {
    const content = Buffer.from(Array.from({ length: 2 * MAX_READ_BYTES + 3 }, (_, index) => index % 251));
    const progress: number[] = [];
    const whole = await readWholeFile(serving(content), file, signal, localize, (bytes) => progress.push(bytes));
    assert.ok(content.equals(whole));
    assert.deepEqual(progress, [MAX_READ_BYTES, 2 * MAX_READ_BYTES, content.length]);
  });

  it('reads an empty file', async () => {
    const whole = await readWholeFile(serving(new Uint8Array()), file, signal, localize, () => undefined);
    assert.equal(whole.length, 0);
  });

  it('rejects one that is too large for an editor, before reading it into memory', async () => {
    const large = serving(new Uint8Array(1), MAX_OPEN_FILE_BYTES + 1);
    await assert.rejects(
      readWholeFile(large, file, signal, localize, () => undefined),
      {
        name: 'InvalidRequest',
        message: /67 MB.*Install name/,
      },
    );
  });
});

import assert from 'node:assert/strict';
import { LfsPointers } from '../../../../../src/worker/authoring/preflight/lfs-pointers.ts';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 99\n`;

async function found(files: Readonly<Record<string, string>>): Promise<string[]> {
  const pointers = new LfsPointers();
  for (const [path, content] of Object.entries(files)) {
    // The chunks of a file may end anywhere.
    const half = Math.ceil(content.length / 2);
    const chunks = [content.slice(0, half), content.slice(half)].map((chunk) => Buffer.from(chunk));
    const passed: Uint8Array[] = [];
    for await (const chunk of pointers.scan(path, ReadableStream.from(chunks))) passed.push(chunk);
    assert.equal(Buffer.concat(passed).toString(), content);
  }
  return pointers.diagnostics().map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

describe('pointers of Git LFS', () => {
  it('block publishing, with and without extension lines', async () => {
    const extended = POINTER.replace('oid', `ext-0-x sha256:${'1'.repeat(64)}\noid`);
    assert.deepEqual(await found({ 'b.bin': POINTER, 'a.bin': extended, 'c.txt': 'content' }), [
      'error lfs-pointer a.bin',
      'error lfs-pointer b.bin',
    ]);
  });

  it('are not texts about pointers, longer files and the pointers of other tools', async () => {
    const texts = {
      'README.md': `A pointer:\n\n${POINTER}`,
      'long.txt': POINTER + 'x'.repeat(1_000),
      'cut.txt': POINTER.slice(0, 60),
      empty: '',
    };
    assert.deepEqual(await found(texts), []);
  });

  it('are summarized when there are many', async () => {
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`${1000 + index}`, POINTER]));
    assert.equal((await found(files)).length, 101);
  });
});

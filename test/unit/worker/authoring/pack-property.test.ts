import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, win32 } from 'node:path';
import fc from 'fast-check';
import { CID } from 'multiformats/cid';
import { packProject } from '../../../../src/worker/authoring/pack.ts';
import type { PackedContent } from '../../../../src/worker/authoring/pack.ts';
import { checkTree } from '../../../../src/worker/paths/path-safety.ts';
import { scanProject } from '../../../../src/worker/authoring/project/scan-project.ts';
import { TreeReader } from '../../../../src/worker/reading/tree-reader.ts';
import { listReleaseFiles } from '../../../../src/worker/reading/compare-trees.ts';
import { readRange } from '../../../../src/worker/reading/read-range.ts';
import { findEntry } from '../../../../src/worker/reading/read-folder.ts';

/** Names with letters that have two Unicode forms, in either form. */
const segment = fc
  .tuple(fc.constantFrom('a', 'Z', '0', 'é', 'Å', 'ñ', '가', 'ệ', 'src'), fc.stringMatching(/^[a-z0-9éàüÑ-]{0,8}$/))
  .map(([first, rest]) => first + rest);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const tree = fc
  .dictionary(path, fc.uint8Array({ maxLength: 300 }), { minKeys: 1, maxKeys: 12 })
  .map((files) => Object.entries(files).map(([name, content]) => [name.normalize('NFC'), content] as const))
  .filter((files) => checkTree(files.map(([name]) => name)).length === 0);

type Tree = readonly (readonly [path: string, content: Uint8Array])[];

describe('packing', () => {
  it('gives equal trees one root for any order, Unicode form of names, times and modes without execute bits', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree.chain((files) => fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length }))),
        async ([files, shuffled]) => {
          const plain = await rootOf(files, (name) => name);
          const other = await rootOf(
            shuffled,
            (name) => name.normalize('NFD'),
            async (at) => {
              await chmod(at, 0o640);
              await utimes(at, 1, 1);
            },
          );
          assert.equal(other.root, plain.root);
          assert.deepEqual(other.paths, plain.paths);
          assert.deepEqual(plain.paths, files.map(([name]) => name).toSorted());
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(120_000);

  it('gives different trees different roots', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, async (one, other) => {
        const key = (files: Tree): string =>
          JSON.stringify(files.map(([name, content]) => [name, [...content]]).toSorted());
        const equal = (await rootOf(one, (name) => name)).root === (await rootOf(other, (name) => name)).root;
        assert.equal(equal, key(one) === key(other));
      }),
      { numRuns: 30 },
    );
  }).timeout(120_000);

  it('is read back as packed, and reports a damaged block', async () => {
    const content = randomBytes(3_000_000);
    await withPacked([['src/large.bin', content]], async (packed, { folder }) => {
      const reader = new TreeReader(packed, new AbortController().signal);
      assert.deepEqual(await listReleaseFiles(reader, CID.parse(packed.root)), [
        { path: 'src/large.bin', size: content.length },
      ]);
      const { cid } = await findEntry(reader, CID.parse(packed.root), 'src/large.bin');
      const whole = { offset: 0, length: content.length };
      const { bytes } = await readRange(reader, cid, whole);
      assert.deepEqual(Buffer.from(bytes), content);
      const blocks = await readdir(folder, { recursive: true });
      for (const name of blocks.filter((one) => one.endsWith('.data'))) await writeFile(join(folder, name), 'damaged');
      await assert.rejects(readRange(reader, cid, whole), { name: 'ContentUnavailable' });
    });
  });

  it('treats Windows separators as separators', () => {
    // Paths of a release never come from `join`, which uses backslashes on Windows.
    assert.equal(win32.join('src', 'a.ts'), 'src\\a.ts');
    assert.match(checkTree(['src\\a.ts'])[0]?.reason ?? '', /backslash/);
  });
});

function rootOf(
  files: Tree,
  write: (path: string) => string,
  touch?: (path: string) => Promise<void>,
): Promise<{ root: string; paths: string[] }> {
  return withPacked(files, ({ root }, { paths }) => Promise.resolve({ root, paths }), write, touch);
}

/** @param work receives the packed paths and the folder of the draft's blocks */
async function withPacked<T>(
  files: Tree,
  work: (packed: PackedContent, from: { paths: string[]; folder: string }) => Promise<T>,
  write: (path: string) => string = (path) => path,
  touch: (path: string) => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'ggen-pack-')));
  try {
    const project = join(base, 'project');
    await mkdir(project);
    for (const [name, content] of files) {
      const at = join(project, write(name));
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, content);
      await touch(at);
    }
    const scan = await scanProject(project);
    const folder = join(base, 'data');
    const packed = await packProject(folder, scan, new AbortController().signal, () => undefined);
    try {
      return await work(packed, { paths: scan.files.map((file) => file.path).toSorted(), folder });
    } finally {
      await packed.discard();
    }
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

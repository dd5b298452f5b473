/** Fills the small disk of FOLDER with blocks of the given kind, and prints the result as JSON. */
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPublisherKey } from '../../../../src/identity/publisher-key.ts';
import { errorName } from '../../../../src/shared/errors.ts';
import { BlockStore } from '../../../../src/worker/blocks/block-store.ts';
import { createEngine } from '../../../../src/worker/engine/engine.ts';
import { LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, block, blockFiles } from './store-support.ts';
import type { Block } from './store-support.ts';

const MAX_BLOCKS = 20_000;

async function fill(store: BlockStore, size: number): Promise<{ stored: Block[]; refused: Block; error: string }> {
  const stored: Block[] = [];
  for (let count = 0; count < MAX_BLOCKS; count++) {
    const one = block(size);
    try {
      await store.put(one.cid, one.bytes);
      stored.push(one);
    } catch (error) {
      return { stored, refused: one, error: errorName(error) };
    }
  }
  throw new Error('The disk never became full.');
}

async function blocks(folder: string, size: number): Promise<unknown> {
  const store = await BlockStore.open(join(folder, 'blocks'));
  const { stored, refused, error } = await fill(store, size);
  let whole = 0;
  for (const { cid } of stored) if ((await store.read(cid)) !== undefined) whole++;
  const refusedIsHere = await store.has(refused.cid);
  const files = (await blockFiles(folder)).length;
  const temporary = (await readdir(join(folder, 'blocks', 'tmp'))).length;
  // Deleting blocks frees space again.
  for (const { cid } of stored.slice(0, Math.ceil(stored.length / 2))) await store.delete(cid);
  await store.put(refused.cid, refused.bytes);
  const repeated = (await store.read(refused.cid)) !== undefined;
  await store.close();
  return { error, stored: stored.length, whole, refusedIsHere, files, temporary, repeated };
}

async function publish(folder: string): Promise<unknown> {
  const engine = await createEngine({ dataDir: join(folder, 'data'), version: '0.0.0-test' });
  const key = createPublisherKey();
  const root = await mkdtemp(join(tmpdir(), 'ggen-full-'));
  const errors: string[] = [];
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'full', version: '1.0.0', license: 'MIT' }));
  for (let index = 0; index < 20; index++) await writeFile(join(root, `${index}.bin`), block(LARGE_BLOCK_BYTES).bytes);
  await engine.draftRelease({ root, publisher: key.id }).catch((error: unknown) => errors.push(errorName(error)));
  const drafts = await readdir(join(folder, 'data', 'drafts')).catch(() => []);
  for (let index = 1; index < 20; index++) await writeFile(join(root, `${index}.bin`), 'small');
  const draft = await engine.draftRelease({ root, publisher: key.id });
  await engine.publish({ draft: draft.draft, signature: key.sign(draft.bytesToSign) });
  const { counts } = await engine.status({});
  await engine.close();
  return { errors, drafts: drafts.length, published: counts.published };
}

const [folder = '', what = ''] = process.argv.slice(2);
const result =
  what === 'publish' ? publish(folder) : blocks(folder, what === 'large' ? LARGE_BLOCK_BYTES : SMALL_BLOCK_BYTES);
console.log(JSON.stringify(await result));

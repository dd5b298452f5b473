import type { CID } from 'multiformats/cid';
import { encode as varint } from 'uint8-varint';
import { blockBufferPool } from '../../dag/block-buffer-pool.ts';
import { RAW } from '../../dag/codecs.ts';
import type { BlockWriter } from './block-writer.ts';
import { BATCH_BYTES, MIN_LARGE_BLOCK_BYTES } from './limits.ts';
import { NamedCids } from './named-cids.ts';
import { ITEM } from './wire.ts';
import type { CarWant } from './wire.ts';
import { compress, isCompressible } from './zstd.ts';
import type { CompressionYield } from './zstd.ts';

/** A block that waits for the end of its batch. The writer owns the buffer of a leaf. */
interface PendingBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/**
 * Writes the blocks of one answer in the encoding `zstd` (docs/protocols/car.md): many blocks together, because they
 * resemble one another, and those that do not compress as they are.
 */
export class BatchWriter {
  readonly #out: Pick<BlockWriter, 'block' | 'bytes' | 'flush'>;
  readonly #named: NamedCids;
  readonly #yield: CompressionYield;
  #batch: Uint8Array[] = [];
  #plain: PendingBlock[] = [];
  #batched: PendingBlock[] = [];
  #pendingBytes = 0;

  constructor(
    out: Pick<BlockWriter, 'block' | 'bytes' | 'flush'>,
    wants: readonly CarWant[],
    saving: CompressionYield,
  ) {
    this.#out = out;
    this.#named = new NamedCids(wants);
    this.#yield = saving;
  }

  async block(cid: CID, bytes: Uint8Array): Promise<void> {
    const number = this.#named.numberOf(cid);
    this.#named.addLinks(cid, bytes);
    const isLarge = bytes.length >= MIN_LARGE_BLOCK_BYTES;
    const isWorthwhile = cid.code !== RAW || ((!isLarge || this.#yield.pays) && isCompressible(bytes));
    if (number !== undefined && isWorthwhile) {
      this.#batch.push(varint(number), varint(bytes.length), bytes);
      this.#batched.push({ cid, bytes });
    } else if (this.#batch.length === 0) {
      await this.#writePlain({ cid, bytes });
      return;
    } else this.#plain.push({ cid, bytes });
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= BATCH_BYTES) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#out.bytes(ITEM.end);
    await this.#out.flush();
  }

  /** Leaves that do not compress follow the batch: a node that links to them may be in it. */
  async #flush(): Promise<void> {
    const [batch, batched, plain] = [this.#batch, this.#batched, this.#plain];
    [this.#batch, this.#batched, this.#plain, this.#pendingBytes] = [[], [], [], 0];
    if (batch.length > 0) await this.#writeBatch(Buffer.concat(batch), batched);
    for (const block of plain) await this.#writePlain(block);
  }

  async #writePlain({ cid, bytes }: PendingBlock): Promise<void> {
    await this.#out.bytes(ITEM.section);
    await this.#out.block(cid, bytes);
    release(cid, bytes);
  }

  async #writeBatch(bytes: Uint8Array, blocks: readonly PendingBlock[]): Promise<void> {
    for (const block of blocks) release(block.cid, block.bytes);
    const startedAt = performance.now();
    const compressed = await compress(bytes);
    this.#yield.recordCompression(bytes.length, compressed.length, performance.now() - startedAt);
    await this.#out.bytes(ITEM.batch);
    await this.#out.bytes(varint(compressed.length));
    await this.#out.bytes(compressed);
  }
}

/** A node's bytes stay: its links, views of them, are still walked. */
function release(cid: CID, bytes: Uint8Array): void {
  if (cid.code === RAW) blockBufferPool.release(bytes);
}

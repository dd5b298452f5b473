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
import type { CompressionPolicy } from './zstd.ts';

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
  readonly #policy: CompressionPolicy;
  #batch: Uint8Array[] = [];
  #plain: PendingBlock[] = [];
  #pendingBytes = 0;

  constructor(
    out: Pick<BlockWriter, 'block' | 'bytes' | 'flush'>,
    wants: readonly CarWant[],
    policy: CompressionPolicy,
  ) {
    this.#out = out;
    this.#named = new NamedCids(wants);
    this.#policy = policy;
  }

  async block(cid: CID, bytes: Uint8Array): Promise<void> {
    const number = this.#named.numberOf(cid);
    this.#named.addLinks(cid, bytes);
    const isLarge = bytes.length >= MIN_LARGE_BLOCK_BYTES;
    const isWorthwhile = cid.code !== RAW || ((!isLarge || this.#policy.paysForLarge) && isCompressible(bytes));
    if (number === undefined || !isWorthwhile) await this.#addPlain({ cid, bytes });
    else if (isLarge) await this.#writeLarge(number, { cid, bytes });
    else {
      this.#batch.push(varint(number), varint(bytes.length), bytes);
      this.#pendingBytes += bytes.length;
    }
    if (this.#pendingBytes >= BATCH_BYTES) await this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#out.bytes(ITEM.end);
    await this.#out.flush();
  }

  /** Leaves that do not compress follow the batch: a node that links to them may be in it. */
  async #addPlain(block: PendingBlock): Promise<void> {
    if (this.#batch.length === 0) {
      await this.#writePlain(block);
      return;
    }
    this.#plain.push(block);
    this.#pendingBytes += block.bytes.length;
  }

  async #flush(): Promise<void> {
    const [batch, plain] = [this.#batch, this.#plain];
    [this.#batch, this.#plain, this.#pendingBytes] = [[], [], 0];
    if (batch.length > 0) {
      const bytes = Buffer.concat(batch);
      await this.#writeBatch(await compress(bytes, this.#policy.smallLevel(bytes.length)));
    }
    for (const block of plain) await this.#writePlain(block);
  }

  async #writeLarge(number: number, { cid, bytes }: PendingBlock): Promise<void> {
    await this.#flush();
    const startedAt = performance.now();
    const compressed = await compress(Buffer.concat([varint(number), varint(bytes.length), bytes]));
    this.#policy.recordLarge(bytes.length, compressed.length, performance.now() - startedAt);
    release(cid, bytes);
    await this.#writeBatch(compressed);
  }

  async #writeBatch(compressed: Uint8Array): Promise<void> {
    await this.#out.bytes(ITEM.batch);
    await this.#out.bytes(varint(compressed.length));
    await this.#out.bytes(compressed);
  }

  async #writePlain({ cid, bytes }: PendingBlock): Promise<void> {
    await this.#out.bytes(ITEM.section);
    await this.#out.block(cid, bytes);
    release(cid, bytes);
  }
}

/** A node's bytes stay: its links, views of them, are still walked. */
function release(cid: CID, bytes: Uint8Array): void {
  if (cid.code === RAW) blockBufferPool.release(bytes);
}

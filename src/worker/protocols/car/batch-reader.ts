import type { CID } from 'multiformats/cid';
import { decode as readVarint, encodingLength } from 'uint8-varint';
import { DAG_PB } from '../../dag/codecs.ts';
import type { ByteStream } from '../wire/byte-stream.ts';
import { MAX_COMPRESSED_BYTES, MAX_PREFIX_BYTES, MAX_SECTION_BYTES } from './limits.ts';
import { NamedCids } from './named-cids.ts';
import { ITEM, ProtocolViolationError, readFrame, readItem, readSection } from './wire.ts';
import type { CarWant, WaitForBytes } from './wire.ts';
import { decompress } from './zstd.ts';

interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/**
 * Reads the blocks of one answer in the encoding `zstd`, not verified yet. What a batch becomes is bounded before it is
 * decompressed.
 *
 * @throws ProtocolViolationError; Error when the stream is cut
 */
export async function* readBatches(
  stream: ByteStream,
  wants: readonly CarWant[],
  waitForBytes: WaitForBytes,
): AsyncGenerator<Block> {
  const named = new NamedCids(wants);
  for (;;) {
    const item = await readItem(stream, waitForBytes);
    if (item === ITEM.end[0]) return;
    if (item === ITEM.batch[0]) yield* batchBlocks(await readBatch(stream, waitForBytes), named);
    else if (item === ITEM.section[0]) {
      const section = await readSection(stream, waitForBytes);
      if (section === undefined) throw new ProtocolViolationError('A section is empty');
      named.addLinks(section.cid, section.bytes);
      yield section;
    } else throw new ProtocolViolationError('An answer has an unknown item');
  }
}

async function readBatch(stream: ByteStream, waitForBytes: WaitForBytes): Promise<Uint8Array> {
  const compressed = await readFrame(stream, MAX_COMPRESSED_BYTES, waitForBytes);
  try {
    return await decompress(compressed);
  } catch {
    throw new ProtocolViolationError('A batch is damaged or too large');
  }
}

/** The blocks of a batch: the number of each one's CID, its length, its bytes. */
function* batchBlocks(batch: Uint8Array, named: NamedCids): Generator<Block> {
  if (batch.length === 0) throw new ProtocolViolationError('A batch is empty');
  for (let at = 0; at < batch.length;) {
    const number = varintAt(batch, at);
    at += encodingLength(number);
    const length = varintAt(batch, at);
    at += encodingLength(length);
    const cid = named.at(number);
    if (cid === undefined) throw new ProtocolViolationError('A batch has a block that nothing named');
    if (length > MAX_SECTION_BYTES || at + length > batch.length)
      throw new ProtocolViolationError('A batch ends within a block');
    const part = batch.subarray(at, at + length);
    // The links of a node are views of its bytes: a copy does not keep the whole batch.
    const bytes = cid.code === DAG_PB ? Uint8Array.from(part) : part;
    named.addLinks(cid, bytes);
    at += length;
    yield { cid, bytes };
  }
}

function varintAt(batch: Uint8Array, at: number): number {
  try {
    return readVarint(batch.subarray(at, at + MAX_PREFIX_BYTES));
  } catch {
    throw new ProtocolViolationError('A batch has an invalid number');
  }
}

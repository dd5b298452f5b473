import assert from 'node:assert/strict';
import { createNode, encode } from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { DAG_PB, RAW } from '../../../../src/worker/dag/codecs.ts';
import { decodeLinks, decodeUnixFs, linksOf, shardDigits } from '../../../../src/worker/dag/nodes.ts';

const GARBAGE = Buffer.from('no node at all');

describe('a node of dag-pb', () => {
  it('has the codecs of the multicodec table for itself and its leaves', () => {
    assert.deepEqual([DAG_PB, RAW], [0x70, 0x55]);
  });

  it('lists its links, in order', async () => {
    const cids = await Promise.all(
      ['a', 'b'].map(async (text) => CID.createV1(RAW, await sha256.digest(Buffer.from(text)))),
    );
    const bytes = encode(
      createNode(
        new UnixFS({ type: 'directory' }).marshal(),
        cids.map((Hash, index) => ({ Name: `file-${index}`, Hash, Tsize: 1 })),
      ),
    );
    assert.deepEqual(linksOf(bytes).map(String), cids.map(String));
    assert.deepEqual(
      decodeLinks(bytes).map(({ Name, Tsize }) => [Name, Tsize]),
      [
        ['file-0', 1],
        ['file-1', 1],
      ],
    );
    const { data, links } = decodeUnixFs(bytes);
    assert.deepEqual([data.type, links.length], ['directory', 2]);
  });

  it('is distinguished from invalid nodes, and from non-UnixFS nodes', () => {
    assert.deepEqual(linksOf(GARBAGE), []);
    assert.throws(() => decodeLinks(GARBAGE));
    assert.throws(() => decodeUnixFs(GARBAGE));
    assert.throws(() => decodeUnixFs(encode(createNode(Uint8Array.of(0xff, 0xff), []))));
  });

  it('writes shard prefixes with as few digits as needed', () => {
    assert.deepEqual([2n, 16n, 17n, 256n, 257n].map(shardDigits), [1, 1, 2, 2, 3]);
  });
});

import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import { unixfs } from '@helia/unixfs';
import { MemoryBlockstore } from 'blockstore-core';
import { createHeliaLight } from 'helia';
import { importTree } from '../../../../src/worker/dag/unixfs-import.ts';
import type { ImportFile } from '../../../../src/worker/dag/unixfs-import.ts';

const signal = new AbortController().signal;
const onFile = (): void => undefined;
const MEBIBYTE = 1024 * 1024;

function file(path: string, content: string | Uint8Array): ImportFile {
  const bytes = Buffer.from(content);
  return {
    path,
    size: bytes.length,
    async *open() {
      await Promise.resolve();
      for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
    },
  };
}

async function rootOf(files: readonly ImportFile[]): Promise<string> {
  return (await importTree(files, new MemoryBlockstore(), { signal, onFile })).root.toString();
}

async function cidOf(content: Uint8Array): Promise<string | undefined> {
  const { files } = await importTree([file('x', content)], new MemoryBlockstore(), { signal, onFile });
  return files.get('x')?.toString();
}

/** The byte stream of Kubo's profile tests: ChaCha20 with the hash of a seed as its key. */
function keyStream(size: number, seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('chacha20', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

/**
 * File names from that stream. @param lastLength length of the last name, which sets the directory's size to the byte
 */
function names(count: number, length: number, lastLength: number, seed: string): string[] {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz01234567890-_';
  const stream = keyStream(MEBIBYTE, seed);
  return Array.from({ length: count }, (_, index) => {
    const bytes = stream.subarray(index * length, index * length + (index === count - 1 ? lastLength : length));
    return Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join('');
  });
}

/**
 * CIDs of Kubo with the profile `unixfs-v1-2025` (IPIP-499), from its test/cli/cid_profiles_test.go. Constants reveal
 * an error that all JavaScript implementations share.
 */
describe('content has the same CIDs as in Kubo', () => {
  const files: readonly (readonly [what: string, content: Uint8Array, cid: string])[] = [
    ['a small file', Buffer.from('hello world'), 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'],
    [
      'a file of one chunk',
      keyStream(MEBIBYTE, 'chunk-v1-seed'),
      'bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta',
    ],
    [
      'one byte more',
      keyStream(MEBIBYTE + 1, 'chunk-v1-seed'),
      'bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64',
    ],
  ];
  for (const [what, content, cid] of files) {
    it(what, async () => {
      assert.equal(await cidOf(content), cid);
    });
  }

  const directories: readonly (readonly [what: string, lastLength: number, cid: string])[] = [
    ['the largest directory of one block', 21, 'bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4'],
    ['one byte more, which is sharded', 22, 'bafybeiegvuterwurhdtkikfhbxcldohmxp566vpjdofhzmnhv6o4freidu'],
  ];
  for (const [what, lastLength, cid] of directories) {
    it(what, async () => {
      const all = names(4_766, 11, lastLength, 'hamt-unixfs-v1-2025').map((name) => file(name, 'x'));
      assert.equal(await rootOf(all), cid);
    }).timeout(60_000);
  }
});

describe('content has the same CIDs as in a plain Helia node', () => {
  const trees: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>> = {
    'a small tree': { 'README.md': '# A\n', 'src/a/b/c.ts': 'c', 'src/a.ts': '', 'ünï/名前.txt': 'names' },
    'large files': {
      'large.bin': keyStream(5 * MEBIBYTE + 7, 'large'),
      'src/small': 's',
      'exact.bin': keyStream(2 * MEBIBYTE, 'x'),
    },
    'many files': Object.fromEntries(
      names(6_000, 40, 40, 'many').map((name, index) => [`many/${name}`, String(index)]),
    ),
  };
  for (const [what, tree] of Object.entries(trees)) {
    it(what, async () => {
      const helia = createHeliaLight();
      const fs = unixfs(helia);
      const source = Object.entries(tree).map(([path, content]) => ({ path, content: Buffer.from(content) }));
      let root = '';
      for await (const { cid } of fs.addAll(source, { profile: 'unixfs-v1-2025', wrapWithDirectory: true }))
        root = cid.toString();
      assert.equal(await rootOf(Object.entries(tree).map(([path, content]) => file(path, content))), root);
    }).timeout(60_000);
  }
});

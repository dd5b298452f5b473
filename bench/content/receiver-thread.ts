/** The receiving side in a thread of its own: one raw stream, a transfer of ours, or a plain Helia that walks files. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parentPort } from 'node:worker_threads';
import { multiaddr } from '@multiformats/multiaddr';
import { exporter, recursive } from 'ipfs-unixfs-exporter';
import { CID } from 'multiformats/cid';
import { errorMessage } from '../../src/shared/errors.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import { openBlockStore } from '../../src/worker/blocks/block-storage.ts';
import { fetchTree } from '../../src/worker/transfer/transfer.ts';
import { Blocks } from '../../src/worker/protocols/blocks/index.ts';
import { Traffic } from '../../src/worker/protocols/shared/traffic.ts';
import { barePeer } from '../../test/net/helpers/bare-peer.ts';
import type { BarePeer } from '../../test/net/helpers/bare-peer.ts';
import { plainHelia } from '../../test/net/helpers/plain-helia.ts';
import { RAW_PROTOCOL } from './receiver-messages.ts';
import type { ReceiverResult, ReceiverCommand } from './receiver-messages.ts';

const port = parentPort;
if (port === null) throw new Error('This file must run as a worker thread.');
const peer = await barePeer();
const nothing = (): void => undefined;
const log = { error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing };
const stopped = new AbortController();
const traffic = new Traffic(
  { load: () => ({ sent: 0, received: 0 }), save: nothing, isPaused: () => false, savePaused: nothing },
  DEFAULT_NODE_SETTINGS.transfers,
);
port.on('message', (command: ReceiverCommand) => {
  void runCommand(command)
    .catch((error: unknown): ReceiverResult => ({ durationMs: Infinity, error: errorMessage(error) }))
    .then((result) => {
      port.postMessage(result);
      if (command.type === 'stop') port.close();
    });
});
port.postMessage('ready');

async function runCommand(command: ReceiverCommand): Promise<ReceiverResult> {
  if (command.type === 'raw') return raw(peer, command.address, command.bytes);
  if (command.type === 'fetch') return fetchRelease(command);
  if (command.type === 'download') return download(command.url);
  if (command.type === 'walk') return walk(command.address, command.root);
  stopped.abort();
  await peer.stop();
  return { durationMs: 0 };
}

async function raw({ node }: BarePeer, address: string, bytes: number): Promise<ReceiverResult> {
  await node.libp2p.dial(multiaddr(address));
  const stream = await node.libp2p.dialProtocol(multiaddr(address), RAW_PROTOCOL);
  const began = performance.now();
  const all = new Promise<void>((resolve) => {
    let received = 0;
    stream.addEventListener('message', ({ data }) => {
      received += data.byteLength;
      if (received === bytes) resolve();
    });
  });
  const asked = Buffer.alloc(8);
  asked.writeBigUInt64LE(BigInt(bytes));
  stream.send(asked);
  await all;
  const durationMs = performance.now() - began;
  await stream.close();
  return { durationMs };
}

/** Into a file, unverified. */
async function download(url: string): Promise<ReceiverResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  try {
    const began = performance.now();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, resolve).on('error', reject);
    });
    await pipeline(response, createWriteStream(join(folder, 'file')));
    return { durationMs: performance.now() - began };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A transfer into an empty store on disk; the connections are there before the clock runs, as with the raw stream. */
async function fetchRelease({
  addresses,
  root,
  size,
  plain = false,
}: Extract<ReceiverCommand, { type: 'fetch' }>): Promise<ReceiverResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ggen-bench-'));
  try {
    for (const address of addresses) await peer.dial(address);
    const blocks = new Blocks({ node: peer.node, stopped: stopped.signal, traffic, acceptsZstd: !plain });
    const store = await openBlockStore(folder);
    let first: number | undefined;
    const began = performance.now();
    await fetchTree(CID.parse(root), {
      store,
      network: blocks,
      providers: addresses.map((address) => address.slice(address.lastIndexOf('/') + 1)),
      signal: AbortSignal.timeout(120_000),
      size,
      onBlock: () => (first ??= performance.now() - began),
      onSuccess: nothing,
      onFailure: nothing,
      log,
    });
    return { durationMs: performance.now() - began, ...(first === undefined ? {} : { first }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** File after file, as any IPFS client would with this package: nothing of ours is involved. */
async function walk(address: string, root: string): Promise<ReceiverResult> {
  const helia = await plainHelia();
  try {
    await helia.node.libp2p.dial(multiaddr(address));
    const session = helia.node.blockstore;
    let bytes = 0;
    const began = performance.now();
    for await (const { cid } of recursive(CID.parse(root), session)) {
      const entry = await exporter(cid, session);
      if (entry.type !== 'file' && entry.type !== 'raw') continue;
      for await (const chunk of entry.content()) bytes += chunk.length;
    }
    if (bytes === 0) throw new Error('Nothing was walked.');
    return { durationMs: performance.now() - began };
  } finally {
    await helia.stop();
  }
}

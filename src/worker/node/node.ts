import { withBitswap } from '@helia/bitswap';
import { withLibp2pLight } from '@helia/libp2p';
import { createHeliaLight } from 'helia';
import type { Helia } from '@helia/interface';
import type { HeliaWithLibp2p } from '@helia/libp2p';
import type { Connection, Libp2p, PeerId } from '@libp2p/interface';
import type { Blockstore } from 'interface-blockstore';
import { rejectAfterTimeout } from '../../shared/async.ts';
import { GgenError, errorMessage } from '../../shared/errors.ts';
import { libp2pOptions } from './libp2p-options.ts';
import { quietLogger } from './quiet-logger.ts';
import type { Libp2pInputs, NodeServices } from './libp2p-options.ts';

export type { Blockstore };

/** A running node. It never restarts: each start creates a new one, so that no state of the old one can leak. */
export interface MarketplaceNode {
  readonly libp2p: Libp2p<NodeServices>;
  readonly helia: HeliaWithLibp2p<NodeServices>;
  readonly peerId: PeerId;
  /** Raw public key of the peer key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signs network traffic with the peer key. Resolves to 64 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
  /** Multiaddrs at which other peers reach this node, `/p2p/<peer id>` included. */
  addresses(): string[];
  /** Connected peers by their id, each with its first connection. */
  connections(): ReadonlyMap<string, Connection>;
  /** Connected peers, each once. */
  peers(): PeerId[];
  /** Resolves within `NODE_STOP_TIMEOUT_MS`, or rejects with GgenError TimedOut. */
  stop(): Promise<void>;
}

/** libp2p's components stop without a bound of their own; the process must not wait for the slowest one. */
export const NODE_STOP_TIMEOUT_MS = 2_300;
const NODE_START_TIMEOUT_MS = 20_000;

/**
 * Composes libp2p and Helia, and starts listening.
 *
 * Helia's light variant uses no public network: blocks come by bitswap from connected peers only.
 *
 * @throws GgenError NodeStartFailed, its message says what to do
 */
export async function startMarketplaceNode(
  inputs: Libp2pInputs & { readonly blockstore: Blockstore },
): Promise<MarketplaceNode> {
  const { blockstore, datastore } = inputs;
  const helia = withBitswap<NodeServices>(
    withLibp2pLight<Helia, NodeServices>(
      createHeliaLight({ blockstore, datastore, ...quietLogger() }),
      libp2pOptions(inputs),
    ),
  );
  const starting = helia.start();
  try {
    await rejectAfterTimeout(starting, NODE_START_TIMEOUT_MS, () =>
      timeoutError('Starting the node', NODE_START_TIMEOUT_MS),
    );
  } catch (cause) {
    // stop() during start() has no effect, so the node stops when its start has ended.
    void starting.then(() => helia.stop()).catch(() => undefined);
    throw startFailedError(cause, inputs.settings.listen);
  }
  const libp2p = helia.libp2p;
  const connections = (): ReadonlyMap<string, Connection> => {
    const first = new Map<string, Connection>();
    for (const connection of libp2p.getConnections()) {
      const id = connection.remotePeer.toString();
      if (!first.has(id)) first.set(id, connection);
    }
    return first;
  };
  return {
    libp2p,
    helia,
    peerId: libp2p.peerId,
    publicKey: inputs.privateKey.publicKey.raw,
    sign: async (bytes) => inputs.privateKey.sign(bytes),
    connections,
    // Not `libp2p.getPeers()`, which parses each peer id from text again; this runs every second.
    peers: () => [...connections().values()].map(({ remotePeer }) => remotePeer),
    addresses: () => libp2p.getMultiaddrs().map((address) => address.toString()),
    stop: () =>
      rejectAfterTimeout(Promise.resolve(helia.stop()), NODE_STOP_TIMEOUT_MS, () =>
        timeoutError('Stopping the node', NODE_STOP_TIMEOUT_MS),
      ).then(() => undefined),
  };
}

function timeoutError(operation: string, timeoutMs: number): GgenError {
  return new GgenError('TimedOut', `${operation} took longer than ${timeoutMs / 1000} s.`);
}

function startFailedError(cause: unknown, listen: readonly string[]): GgenError {
  const text = errorMessage(cause);
  const addresses = listen.join(', ');
  const reason = text.includes('EADDRINUSE')
    ? `A listen address is already in use (${addresses}). Choose another port, or port 0 for any free port.`
    : /EADDRNOTAVAIL|EACCES/.test(text)
      ? `This machine cannot listen on ${addresses}. Choose another address or port.`
      : /UnsupportedListenAddress|no transports|valid addresses|Invalid multiaddr|parse/i.test(text)
        ? `A listen address is not valid (${addresses}). Use a format like /ip4/0.0.0.0/tcp/0.`
        : `The node could not start: ${text}`;
  return new GgenError('NodeStartFailed', reason, { details: { listen: [...listen] }, cause });
}

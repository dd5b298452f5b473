import type { Engine } from '../../shared/api/index.ts';
import type { PeerDetails } from '../../shared/model.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import type { View } from '../output/console.ts';
import { details, table } from '../output/table.ts';
import { ago, isoTime, roundScore } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';

/** Peer ids in base58. Source: libp2p specification, "Peer IDs". */
const PEER_ID = /^(?:12D3KooW[1-9A-HJ-NP-Za-km-z]{44}|(?:Qm|16Uiu2)[1-9A-HJ-NP-Za-km-z]{40,50})$/;
/** Calls of the engine at the same time. */
const MAX_PARALLEL_CALLS = 16;

/** A peer in the shape that ggen documents. */
function peerOutput(peer: PeerDetails): Readonly<Record<string, unknown>> {
  return {
    peer_id: peer.id,
    addresses: peer.addresses,
    reputation: roundScore(peer.reputation),
    successful_retrievals: peer.successes,
    failed_retrievals: peer.failures,
    last_seen: isoTime(peer.lastSeen),
    packages_provided: peer.packages,
  };
}

/** Additional fields with `--verbose`. */
function verbosePeerOutput(peer: PeerDetails): Readonly<Record<string, unknown>> {
  return {
    name: peer.name,
    connected: peer.connected,
    direction: peer.direction ?? null,
    round_trip_ms: peer.rtt ?? null,
    average_response_ms: peer.averageResponse ?? null,
    bytes_per_second: peer.throughput ?? null,
    standing: peer.standing,
    standing_reason: peer.standingReason ?? null,
    agent: peer.agent,
  };
}

/** Additional fields with `peer-info --full`. */
function fullPeerOutput(peer: PeerDetails): Readonly<Record<string, unknown>> {
  const { reputationParts: parts } = peer;
  return {
    verified_packages: peer.verifiedPackages,
    reputation_parts: {
      success: roundScore(parts.success),
      response_time: roundScore(parts.responseTime),
      availability: roundScore(parts.availability),
      recency: roundScore(parts.recency),
      proximity: roundScore(parts.proximity),
    },
    location: peer.location ?? null,
    protocols: peer.protocols,
    provides: peer.provides,
  };
}

export const peerList: CommandSpec = {
  name: 'peer-list',
  summary: 'List known peers, connected ones first',
  reads: true,
  options: [
    { long: 'verbose', short: 'v', help: 'also show names, connections, and standings' },
    { long: 'min-reputation', value: 'SCORE', help: 'only peers with at least this reputation, 0 to 1 (default 0)' },
    ...ENGINE_OPTIONS,
  ],
  examples: ['ggen-p2p peer-list', 'ggen-p2p peer-list -v --min-reputation 0.7', 'ggen-p2p peer-list -f json'],
  run: async (context) => {
    const { flags } = context;
    flags.noOperands('peer-list');
    const minReputation = flags.number('min-reputation', 0, 1, false) ?? 0;
    const verbose = flags.isEnabled('verbose');
    await withSession(await sessionOptions(context, networkFor(flags.has('bootstrap'))), async ({ engine }, signal) => {
      const known = (await engine.peers({}, { signal })).filter(({ reputation }) => reputation >= minReputation);
      const peers = (
        await detailsOf(
          engine,
          known.map(({ id }) => id),
          signal,
        )
      ).sort(byRank);
      const output = {
        peers: peers.map((peer) => (verbose ? { ...peerOutput(peer), ...verbosePeerOutput(peer) } : peerOutput(peer))),
        total: peers.length,
      };
      context.console.result(output, (view) => formatPeers(peers, verbose, view));
    });
    return EXIT.done;
  },
};

export const peerInfo: CommandSpec = {
  name: 'peer-info',
  summary: 'Show details about a peer',
  operands: 'PEER-ID',
  complete: 'peer',
  reads: true,
  options: [
    { long: 'full', help: 'also show protocols, packages, and how the reputation is calculated' },
    ...ENGINE_OPTIONS,
  ],
  examples: ['ggen-p2p peer-info 12D3KooW…', 'ggen-p2p peer-info 12D3KooW… --full --format yaml'],
  run: async (context) => {
    const id = parsePeerId(context.flags.singleOperand('peer-info requires exactly one peer ID'));
    const full = context.flags.isEnabled('full');
    const network = networkFor(context.flags.has('bootstrap'));
    await withSession(await sessionOptions(context, network), async ({ engine }, signal) => {
      const peer = await engine.peer({ id }, { signal });
      const output = { ...peerOutput(peer), ...verbosePeerOutput(peer), ...(full ? fullPeerOutput(peer) : {}) };
      context.console.result(output, (view) => details(rowsOf(output), view));
    });
    return EXIT.done;
  },
};

/** The text, which must be a peer id. @throws UsageError */
export function parsePeerId(text: string): string {
  if (PEER_ID.test(text)) return text;
  throw new UsageError(`'${text}' is not a peer ID (12D3KooW…, 52 characters).`);
}

/** Without bootstrap peers, the command shows the peers in the catalog and needs no network. */
function networkFor(named: boolean): 'none' | 'needed' {
  return named ? 'needed' : 'none';
}

async function detailsOf(
  engine: Pick<Engine, 'peer'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<PeerDetails[]> {
  const queue = [...ids];
  const found: PeerDetails[] = [];
  const work = async (): Promise<void> => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift())
      found.push(await engine.peer({ id }, { signal }));
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL_CALLS }, work));
  return found;
}

function byRank(a: PeerDetails, b: PeerDetails): number {
  return Number(b.connected) - Number(a.connected) || b.reputation - a.reputation || (a.id < b.id ? -1 : 1);
}

function formatPeers(peers: readonly PeerDetails[], verbose: boolean, view: View): string {
  if (peers.length === 0) return "No known peers yet. Connect to one with 'ggen-p2p bootstrap ADDR'.";
  const columns = [
    ...(verbose ? [{ title: 'NAME', shrinks: true }] : []),
    { title: 'STATE' },
    { title: 'REPUTATION', right: true },
    { title: 'OK', right: true },
    { title: 'FAILED', right: true },
    { title: 'PACKAGES', right: true },
    { title: 'LAST SEEN' },
    { title: 'PEER', whole: true },
    ...(verbose ? [{ title: 'ADDRESS', whole: true }] : []),
  ];
  const rows = peers.map((peer) => [
    ...(verbose ? [peer.name] : []),
    peer.standing === 'normal' ? (peer.connected ? 'connected' : 'offline') : peer.standing,
    peer.reputation.toFixed(2),
    String(peer.successes),
    String(peer.failures),
    String(peer.packages),
    peer.connected ? 'now' : ago(peer.lastSeen),
    peer.id,
    ...(verbose ? [peer.address] : []),
  ]);
  const connected = peers.filter((peer) => peer.connected).length;
  return `${table(columns, rows, view)}\n${view.dim(`${connected} connected, ${peers.length} known`)}`;
}

/** Fields of a result as rows; lists and maps take one line each. */
function rowsOf(output: Readonly<Record<string, unknown>>): (readonly [string, string])[] {
  const text = (value: unknown): string => {
    if (value === null || value === undefined || value === '') return '-';
    if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
    if (typeof value === 'object')
      return Object.entries(value)
        .map(([key, item]) => `${key} ${String(item)}`)
        .join(', ');
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return Object.entries(output).map(([key, value]) => [key.replaceAll('_', ' '), text(value)] as const);
}

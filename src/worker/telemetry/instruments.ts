/** All metrics, by ggen's names, with the values of their labels. Tests compare the dashboard and docs/tracing.md with it. */
import type { MetricUnit } from '../../shared/model.ts';

interface Instrument {
  readonly help: string;
  readonly unit: MetricUnit;
}

/** From a local answer, below a millisecond, to the longest timeout of a query. */
const DURATION_BUCKETS_MS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];
const RESULT_COUNT_BUCKETS = [0, 1, 2, 5, 10, 20, 50, 100];

export const COUNTERS = {
  p2p_operations_total: {
    help: 'Engine calls. operation: name of the call; status: ok, error or canceled',
    unit: '1',
  },
  p2p_packages_published_total: { help: 'Releases published by this node', unit: '1' },
  p2p_searches_total: { help: 'Searches answered. cache_hit: true if no peer was queried', unit: '1' },
  p2p_dht_queries_total: {
    help: 'DHT queries: for a record by its ID, or for providers of a keyword',
    unit: '1',
  },
  p2p_events_total: { help: 'Network events. type: gossipsub, kademlia or identify', unit: '1' },
  p2p_announcements_total: { help: 'Package records announced to at least one peer', unit: '1' },
} as const satisfies Record<string, Instrument>;

export const HISTOGRAMS = {
  p2p_operation_duration_ms: {
    help: 'Duration of engine calls. operation: name of the call',
    unit: 'ms',
    bounds: DURATION_BUCKETS_MS,
  },
  p2p_search_results: { help: 'Packages in a search response', unit: '1', bounds: RESULT_COUNT_BUCKETS },
  p2p_dht_query_duration_ms: { help: 'Duration of DHT queries', unit: 'ms', bounds: DURATION_BUCKETS_MS },
  p2p_gossipsub_propagation_ms: {
    help: "Time from a record's `updated` to its first announcement here, by both machines' clocks",
    unit: 'ms',
    bounds: DURATION_BUCKETS_MS,
  },
} as const satisfies Record<string, Instrument & { readonly bounds: readonly number[] }>;

export const GAUGES = {
  p2p_connected_peers: { help: 'Connected peers', unit: '1' },
  p2p_known_packages: { help: 'Packages in the catalog. section: published, installed or network', unit: '1' },
  p2p_peer_reputation: { help: 'Reputation of each connected peer, 0 to 1. peer: its ID', unit: '1' },
  p2p_cache_size_bytes: { help: 'Size of the stored blocks in bytes', unit: 'bytes' },
} as const satisfies Record<string, Instrument>;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
export type GaugeName = keyof typeof GAUGES;

export type Labels = Readonly<Record<string, string>>;

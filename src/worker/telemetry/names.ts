/** Names of spans. Spans that ggen has too keep ggen's names; the engine's others are named in the same way. */
export type SpanName =
  // from ggen
  | 'bootstrap'
  | 'publish'
  | 'announce_package'
  | 'store_in_dht'
  | 'query_dht'
  | 'query_dht_parallel'
  | 'select_best_peers'
  | 'search'
  | 'get_package'
  | 'handle_kademlia_event'
  | 'handle_gossipsub_event'
  | 'handle_identify_event'
  // the engine's
  | 'delete'
  | 'draft_release'
  | 'install'
  | 'plan_install'
  | 'apply_plan'
  | 'uninstall'
  | 'verify_installed'
  | 'export_package'
  | 'import_package'
  | 'compare_releases'
  | 'ask_peer'
  | 'search_by_keywords'
  | 'fetch_content';

/** Attributes of spans: ids of packages and peers, numbers, names of errors. Never a text that a user wrote, and never a path. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Network events that have a span each. */
export type NetworkEvent = 'gossipsub' | 'kademlia' | 'identify';

/** ggen's attributes for the duration and the outcome, which the span itself has too. */
export const SPAN_ATTRIBUTES: Readonly<
  Partial<Record<SpanName, { readonly duration: string; readonly status?: string }>>
> = {
  bootstrap: { duration: 'p2p.bootstrap.duration_ms', status: 'p2p.bootstrap.status' },
  query_dht: { duration: 'p2p.dht.query.duration_ms', status: 'p2p.dht.query.status' },
  query_dht_parallel: { duration: 'p2p.dht.query.parallel.duration_ms' },
  select_best_peers: { duration: 'p2p.peer.selection.duration_ms' },
};

/** What spans are called. Those of ggen keep their names; the engine's other calls and steps are named in the same way. */
export type SpanName =
  // ggen's
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
  // the engine's own
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

/** Values of attributes: identifiers of packages and peers, figures, names of errors. Never a text that a user wrote, nor a path. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Events of the network that are handled one by one. */
export type NetworkEvent = 'gossipsub' | 'kademlia' | 'identify';

/** Attributes of ggen's that say what the span itself knows too: how long it took and how it ended. */
export const SPAN_ATTRIBUTES: Readonly<
  Partial<Record<SpanName, { readonly duration: string; readonly status?: string }>>
> = {
  bootstrap: { duration: 'p2p.bootstrap.duration_ms', status: 'p2p.bootstrap.status' },
  query_dht: { duration: 'p2p.dht.query.duration_ms', status: 'p2p.dht.query.status' },
  query_dht_parallel: { duration: 'p2p.dht.query.parallel.duration_ms' },
  select_best_peers: { duration: 'p2p.peer.selection.duration_ms' },
};

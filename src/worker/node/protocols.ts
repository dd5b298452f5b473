/** Names on the wire. Changing one cuts this node off from all others: it is a new protocol, with a new version. */
export const TOPIC = '/ggen/packages/v1';
export const KAD_PROTOCOL = '/ggen/kad/1.0.0';
export const SYNC_PROTOCOL = '/ggen/sync/1.0.0';
export const SEARCH_PROTOCOL = '/ggen/search/1.0.0';
export const CAR_PROTOCOL = '/ggen/car/1.0.0';
/** Prefix of identify and ping: `/ggen/id/1.0.0`, `/ggen/ping/1.0.0`. */
export const PROTOCOL_PREFIX = 'ggen';
/** Namespace of DHT values: `/ggen/<publisher>/<name>`. */
export const DHT_NAMESPACE = 'ggen';

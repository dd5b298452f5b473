import type { SettingRow } from './setting-row.ts';

const GIB = 1024 ** 3;

/** Settings of the node, by their names in `NodeSettings`. */
export const NODE_ROWS = {
  /** Multiaddrs to listen on, for example `/ip4/0.0.0.0/tcp/0`. */
  listen: {
    kind: 'texts',
    items: 'listen-address',
    label: 'listen addresses',
    default: ['/ip4/0.0.0.0/tcp/0'],
    restart: true,
    editor: { key: 'node.listen' },
    cli: {
      flag: 'listen',
      variable: 'GGEN_P2P_LISTEN',
      value: 'ADDR',
      help: 'address to listen on; repeatable',
    },
  },
  /** Multiaddrs of bootstrap peers, each ending in `/p2p/<peer id>`. */
  bootstrap: {
    kind: 'texts',
    items: 'peer-address',
    label: 'bootstrap peers',
    default: [],
    editor: { key: 'node.bootstrap' },
    cli: {
      flag: 'bootstrap',
      variable: 'GGEN_P2P_BOOTSTRAP',
      short: 'b',
      value: 'ADDR',
      help: 'address of a peer to connect to, ending in /p2p/PEER-ID; repeatable',
    },
  },
  /** `server` stores DHT records for other peers; `client` only queries them. */
  dhtMode: {
    kind: 'choice',
    choices: ['server', 'client'],
    isSwitch: true,
    label: 'DHT mode',
    default: 'server',
    restart: true,
    editor: { key: 'node.dhtMode' },
    cli: {
      flag: 'dht-server',
      variable: 'GGEN_P2P_DHT_SERVER',
      help: 'store DHT records for other peers and answer their queries',
      shownDefault: 'true for start',
    },
  },
  /** Name that other peers are shown; empty for none. */
  name: {
    kind: 'text',
    maxLength: 64,
    label: 'name',
    default: '',
    restart: true,
    editor: { key: 'node.name' },
    cli: { flag: 'name', variable: 'GGEN_P2P_NAME', value: 'NAME', help: 'name that other peers see' },
  },
  /** Number of peers that a search asks at the same time. */
  fanOut: {
    kind: 'number',
    unit: 'count',
    integer: true,
    min: 1,
    max: 10,
    label: 'fan-out',
    default: 3,
    editor: { key: 'search.fanOut' },
    cli: { flag: 'fan-out', variable: 'GGEN_P2P_FAN_OUT', value: 'N', help: 'number of peers to query per search' },
  },
  /** Timeout of one search on the network, in milliseconds. */
  timeout: {
    kind: 'number',
    unit: 'milliseconds',
    min: 100,
    max: 300_000,
    label: 'timeout',
    default: 30_000,
    editor: { key: 'search.timeout', factor: 1_000 },
    cli: {
      flag: 'query-timeout',
      variable: 'GGEN_P2P_QUERY_TIMEOUT',
      value: 'SECONDS',
      help: 'timeout for network queries, in seconds',
    },
  },
  /**
   * Bytes that the block store may take. Pinned content (published, installed, kept) stays even beyond it. The minimum has
   * room for a few small packages.
   */
  quota: {
    kind: 'number',
    unit: 'bytes',
    integer: true,
    min: Math.ceil(0.001 * GIB),
    max: 100_000 * GIB,
    label: 'quota',
    default: 5 * GIB,
    editor: { key: 'content.quota', factor: GIB },
    cli: {
      flag: 'quota',
      variable: 'GGEN_P2P_QUOTA',
      value: 'SIZE',
      help: 'storage for packages, for example 20GB; published, installed, and offline packages are never removed',
    },
  },
  /** Sent to peers, rounded to 0.1 degree, so that near peers are preferred; nothing is sent when it is left out. */
  location: {
    kind: 'location',
    maxRegionLength: 64,
    label: 'location',
    optional: true,
    default: undefined,
    editor: { key: 'node.location' },
    cli: {
      flag: 'location',
      variable: 'GGEN_P2P_LOCATION',
      value: 'LAT,LON[,REGION]',
      help: 'location shared with other peers, rounded to 0.1 degree, for example --location=52.5,13.4,Berlin',
      shownDefault: 'none',
    },
  },
  /**
   * Base URL of the OTLP endpoint (HTTP) for traces and metrics. When empty or left out, OTEL_EXPORTER_OTLP_ENDPOINT counts;
   * without either, nothing is sent.
   */
  otlpEndpoint: {
    kind: 'url',
    label: 'OpenTelemetry endpoint',
    optional: true,
    default: '',
    editor: { key: 'telemetry.otlpEndpoint' },
    cli: {
      flag: 'otlp-endpoint',
      variable: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      value: 'URL',
      help: 'send traces and metrics to this endpoint, OTLP over HTTP',
      shownDefault: 'none',
    },
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

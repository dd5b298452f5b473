import { DEFAULT_NODE_SETTINGS } from '../../shared/defaults.ts';
import type { OptionSpec } from '../command-line/command-spec.ts';
import { MIN_QUOTA_BYTES } from './parse-size.ts';

/** A value as settings have it. */
export type SettingValue = string | number | boolean | readonly string[];

type Kind = 'text' | 'texts' | 'flag' | 'count' | 'seconds' | 'size' | { readonly oneOf: readonly string[] };

/** One setting: the same name in the configuration file and, with two dashes, on the command line. */
export interface SettingSpec {
  readonly key: string;
  readonly kind: Kind;
  readonly env: string;
  readonly defaultValue: SettingValue;
  /** Least and most of a number. */
  readonly range?: readonly [number, number];
  readonly help: string;
  readonly short?: string;
  /** Placeholder of its value in the help. */
  readonly value?: string;
  readonly complete?: OptionSpec['complete'];
}

/** Every setting, in the order in which `status` tells them. */
export const SETTING_SPECS: readonly SettingSpec[] = [
  {
    key: 'data',
    kind: 'text',
    env: 'GGEN_P2P_DATA',
    defaultValue: '',
    value: 'DIR',
    complete: 'folder',
    help: "folder for the node's data (default: the same as VS Code)",
  },
  {
    key: 'listen',
    kind: 'texts',
    env: 'GGEN_P2P_LISTEN',
    defaultValue: DEFAULT_NODE_SETTINGS.listen,
    value: 'ADDR',
    help: 'address to listen on; repeatable (default /ip4/0.0.0.0/tcp/0)',
  },
  {
    key: 'bootstrap',
    kind: 'texts',
    env: 'GGEN_P2P_BOOTSTRAP',
    defaultValue: DEFAULT_NODE_SETTINGS.bootstrap,
    short: 'b',
    value: 'ADDR',
    help: 'address of a peer to connect to, ending in /p2p/<peer id>; repeatable',
  },
  {
    key: 'dht-server',
    kind: 'flag',
    env: 'GGEN_P2P_DHT_SERVER',
    defaultValue: true,
    help: 'store DHT records for other peers and answer their queries',
  },
  {
    key: 'name',
    kind: 'text',
    env: 'GGEN_P2P_NAME',
    defaultValue: DEFAULT_NODE_SETTINGS.name,
    value: 'NAME',
    help: 'name that other peers see',
  },
  {
    key: 'fan-out',
    kind: 'count',
    env: 'GGEN_P2P_FAN_OUT',
    defaultValue: DEFAULT_NODE_SETTINGS.fanOut,
    range: [1, 10],
    value: 'N',
    help: 'number of peers to query per search, 1 to 10 (default 3)',
  },
  {
    key: 'query-timeout',
    kind: 'seconds',
    env: 'GGEN_P2P_QUERY_TIMEOUT',
    defaultValue: DEFAULT_NODE_SETTINGS.timeout / 1_000,
    range: [0.1, 300],
    value: 'SECONDS',
    help: 'timeout for network queries in seconds (default 30)',
  },
  {
    key: 'quota',
    kind: 'size',
    env: 'GGEN_P2P_QUOTA',
    defaultValue: DEFAULT_NODE_SETTINGS.quota,
    range: [MIN_QUOTA_BYTES, Number.MAX_SAFE_INTEGER],
    value: 'SIZE',
    help: 'storage for packages, for example 20GB (default 5 GiB); published, installed, and kept packages are never removed',
  },
  {
    key: 'otlp-endpoint',
    kind: 'text',
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    defaultValue: '',
    value: 'URL',
    help: 'send traces and metrics to this endpoint, OTLP over HTTP (default: none)',
  },
  {
    key: 'publish',
    kind: 'texts',
    env: 'GGEN_P2P_PUBLISH',
    defaultValue: [],
    value: 'DIR',
    complete: 'folder',
    help: 'publish the project in this folder at startup; repeatable',
  },
  {
    key: 'mirror',
    kind: 'texts',
    env: 'GGEN_P2P_MIRROR',
    defaultValue: [],
    value: 'WHAT',
    help: "fetch and seed packages of other publishers: a publisher ID, publisher/name, or '*' for everything; repeatable",
  },
  {
    key: 'http',
    kind: 'text',
    env: 'GGEN_P2P_HTTP',
    defaultValue: '',
    value: 'HOST:PORT',
    help: 'serve /healthz, /readyz, /metrics, and /status at this address (default: off)',
  },
  {
    key: 'http-remote',
    kind: 'flag',
    env: 'GGEN_P2P_HTTP_REMOTE',
    defaultValue: false,
    help: 'allow --http on an address that other machines can reach',
  },
  {
    key: 'log-format',
    kind: { oneOf: ['text', 'json'] },
    env: 'GGEN_P2P_LOG_FORMAT',
    defaultValue: 'text',
    value: 'FORMAT',
    complete: ['text', 'json'],
    help: 'log format: text, or json for one object per line (default text)',
  },
  {
    key: 'log-level',
    kind: { oneOf: ['error', 'warn', 'info', 'debug', 'trace'] },
    env: 'GGEN_P2P_LOG_LEVEL',
    defaultValue: 'info',
    value: 'LEVEL',
    complete: ['error', 'warn', 'info', 'debug', 'trace'],
    help: 'error, warn, info, debug, or trace (default info)',
  },
];

/** Settings of the node itself; the rest belongs to a peer that runs on. */
export const NODE_KEYS: readonly string[] = [
  'data',
  'listen',
  'bootstrap',
  'dht-server',
  'name',
  'fan-out',
  'query-timeout',
  'quota',
  'otlp-endpoint',
];

/** The settings of these keys as options of a command. */
export function settingOptions(
  keys: readonly string[],
  shortFlags: Readonly<Record<string, string>> = {},
): OptionSpec[] {
  const options = SETTING_SPECS.filter(({ key }) => keys.includes(key)).map(
    ({ key, kind, short, value, help, complete }) => {
      const letter = shortFlags[key] ?? short;
      return {
        long: key,
        help,
        ...(letter === undefined ? {} : { short: letter }),
        ...(value === undefined ? {} : { value }),
        ...(kind === 'texts' ? { repeatable: true } : {}),
        ...(complete === undefined ? {} : { complete }),
      };
    },
  );
  const client: OptionSpec = { long: 'dht-client', help: 'query the DHT without storing records for other peers' };
  const config: OptionSpec = {
    long: 'config',
    value: 'FILE',
    complete: 'file',
    help: 'configuration file (default: config.toml in the user configuration folder)',
    ...(shortFlags['config'] === undefined ? {} : { short: shortFlags['config'] }),
  };
  return [...options, ...(keys.includes('dht-server') ? [client] : []), config];
}

import { LIMITS } from '../limits.ts';
import type { SettingRow } from './setting-row.ts';

const MIB = 1024 ** 2;

/** Settings of the programs around the node: VS Code, commands, and a peer of the command line. */
export const PROGRAM_ROWS = {
  /** Folder for the node's data; empty for the default one of this user. */
  dataFolder: {
    kind: 'path',
    label: 'data folder',
    default: '',
    editor: { key: 'node.dataFolder' },
    cli: {
      flag: 'data',
      variable: 'GGEN_P2P_DATA',
      value: 'DIR',
      help: "folder for the node's data",
      shownDefault: 'same as VS Code',
    },
  },
  /** Start the node with VS Code. */
  autoStart: { kind: 'boolean', label: 'automatic start', default: false, editor: { key: 'node.autoStart' } },
  /** Files that one release may have. */
  maxFiles: {
    kind: 'number',
    unit: 'count',
    integer: true,
    min: 1,
    max: LIMITS.filesPerRelease,
    label: 'maximum number of files',
    default: LIMITS.filesPerRelease,
    editor: { key: 'publish.maxFiles' },
  },
  /** Bytes that one release may have. */
  maxSize: {
    kind: 'number',
    unit: 'bytes',
    integer: true,
    min: MIB,
    max: LIMITS.bytesPerRelease,
    label: 'maximum size',
    default: LIMITS.bytesPerRelease,
    editor: { key: 'publish.maxSize', factor: MIB },
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

/** Settings that only a peer of the command line has. */
export const PEER_ROWS = {
  publish: {
    kind: 'texts',
    items: 'path',
    label: 'folders to publish',
    default: [],
    cli: {
      flag: 'publish',
      variable: 'GGEN_P2P_PUBLISH',
      value: 'DIR',
      help: 'publish the project in this folder at startup; repeatable',
    },
  },
  mirror: {
    kind: 'texts',
    items: 'text',
    label: 'packages to mirror',
    default: [],
    cli: {
      flag: 'mirror',
      variable: 'GGEN_P2P_MIRROR',
      value: 'WHAT',
      help: "fetch and seed packages of other publishers: a publisher ID, publisher/name, or '*' for everything; repeatable",
    },
  },
  http: {
    kind: 'text',
    label: 'HTTP address',
    default: '',
    cli: {
      flag: 'http',
      variable: 'GGEN_P2P_HTTP',
      value: 'HOST:PORT',
      help: 'serve /healthz, /readyz, /metrics, and /status at this address',
      shownDefault: 'off',
    },
  },
  httpRemote: {
    kind: 'boolean',
    label: 'HTTP for other machines',
    default: false,
    cli: {
      flag: 'http-remote',
      variable: 'GGEN_P2P_HTTP_REMOTE',
      help: 'allow --http on an address that other machines can reach',
    },
  },
  logFormat: {
    kind: 'choice',
    choices: ['text', 'json'],
    label: 'log format',
    default: 'text',
    cli: {
      flag: 'log-format',
      variable: 'GGEN_P2P_LOG_FORMAT',
      value: 'FORMAT',
      help: 'log format: text, or json for one object per line',
    },
  },
  logLevel: {
    kind: 'choice',
    choices: ['error', 'warn', 'info', 'debug', 'trace'],
    label: 'log level',
    default: 'info',
    cli: {
      flag: 'log-level',
      variable: 'GGEN_P2P_LOG_LEVEL',
      value: 'LEVEL',
      help: 'error, warn, info, debug, or trace',
    },
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

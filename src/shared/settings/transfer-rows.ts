import type { SettingRow } from './setting-row.ts';

const KB = 1_000;
const MB = 1_000_000;

/** Lowest rate limit: a peer that sends more slowly looks stalled to others, which then stop waiting for it. */
const MIN_RATE_BYTES_PER_SECOND = 16 * KB;
const MAX_RATE_BYTES_PER_SECOND = 10_000_000 * KB;
const MAX_BYTES_PER_DAY = 100_000_000 * MB;

/** Limits on transfers of content, by their names in `TransferSettings`. Each limit is for all peers together. */
export const TRANSFER_ROWS = {
  /** Seed installed packages too, not only those published on this machine. */
  seedInstalled: {
    kind: 'boolean',
    label: 'seeding of installed packages',
    default: true,
    editor: { key: 'content.seedInstalled' },
    cli: {
      flag: 'seed-installed',
      variable: 'GGEN_P2P_SEED_INSTALLED',
      help: 'seed installed packages too, not only those published on this machine',
    },
  },
  /** Bytes per second; 0 is no limit. */
  uploadRate: {
    kind: 'number',
    unit: 'bytes-per-second',
    min: MIN_RATE_BYTES_PER_SECOND,
    max: MAX_RATE_BYTES_PER_SECOND,
    zeroIsUnlimited: true,
    label: 'upload rate',
    default: 0,
    editor: { key: 'content.uploadRate', factor: KB },
    cli: {
      flag: 'upload-rate',
      variable: 'GGEN_P2P_UPLOAD_RATE',
      value: 'SIZE',
      help: 'maximum upload per second to all peers combined, for example 500kB',
    },
  },
  /** Bytes per second; 0 is no limit. */
  downloadRate: {
    kind: 'number',
    unit: 'bytes-per-second',
    min: MIN_RATE_BYTES_PER_SECOND,
    max: MAX_RATE_BYTES_PER_SECOND,
    zeroIsUnlimited: true,
    label: 'download rate',
    default: 0,
    editor: { key: 'content.downloadRate', factor: KB },
    cli: {
      flag: 'download-rate',
      variable: 'GGEN_P2P_DOWNLOAD_RATE',
      value: 'SIZE',
      help: 'maximum download per second from all peers combined, for example 2MB',
    },
  },
  /** Bytes per day (UTC); 0 is no limit. */
  uploadPerDay: {
    kind: 'number',
    unit: 'bytes-per-day',
    min: 1,
    max: MAX_BYTES_PER_DAY,
    zeroIsUnlimited: true,
    label: 'upload per day',
    default: 0,
    editor: { key: 'content.uploadPerDay', factor: MB },
    cli: {
      flag: 'upload-per-day',
      variable: 'GGEN_P2P_UPLOAD_PER_DAY',
      value: 'SIZE',
      help: 'maximum upload per day (UTC), for example 20GB; beyond it, seeding stops until the next day',
    },
  },
  /** Bytes per day (UTC); 0 is no limit. */
  downloadPerDay: {
    kind: 'number',
    unit: 'bytes-per-day',
    min: 1,
    max: MAX_BYTES_PER_DAY,
    zeroIsUnlimited: true,
    label: 'download per day',
    default: 0,
    editor: { key: 'content.downloadPerDay', factor: MB },
    cli: {
      flag: 'download-per-day',
      variable: 'GGEN_P2P_DOWNLOAD_PER_DAY',
      value: 'SIZE',
      help: 'maximum download per day (UTC), for example 20GB; beyond it, nothing is fetched until the next day',
    },
  },
  /** Transfers that one peer may have from this node at the same time. */
  transfersPerPeer: {
    kind: 'number',
    unit: 'count',
    integer: true,
    min: 1,
    max: 16,
    label: 'number of transfers per peer',
    default: 4,
    editor: { key: 'content.transfersPerPeer' },
    cli: {
      flag: 'transfers-per-peer',
      variable: 'GGEN_P2P_TRANSFERS_PER_PEER',
      value: 'N',
      help: 'maximum number of concurrent requests from one peer',
    },
  },
  /** Apply the limits to peers on private addresses too. */
  limitLocalNetwork: {
    kind: 'boolean',
    label: 'limit on the local network',
    default: false,
    editor: { key: 'content.limitLocalNetwork' },
    cli: {
      flag: 'limit-local-network',
      variable: 'GGEN_P2P_LIMIT_LOCAL_NETWORK',
      help: 'also apply the limits to peers on private addresses',
    },
  },
} as const satisfies Readonly<Record<string, SettingRow>>;

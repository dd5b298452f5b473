import type { NodeCalls } from '../../../src/shared/api/index.ts';
import type { EngineStatus, MetricsSnapshot, NodeSettings, NodeStatus } from '../../../src/shared/model.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';
import type { Samples } from './sample.ts';

export const settings: NodeSettings = {
  ...DEFAULT_NODE_SETTINGS,
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWPeer'],
  dhtMode: 'server',
  fanOut: 3,
  timeout: 30_000,
  quota: 5_368_709_120,
  name: 'Zoë’s laptop 🦀',
  transfers: {
    ...DEFAULT_NODE_SETTINGS.transfers,
    seedInstalled: false,
    uploadRate: 500_000,
    downloadRate: 0,
    uploadPerDay: 10_000_000_000,
    downloadPerDay: 0,
    transfersPerPeer: 4,
    limitLocalNetwork: true,
  },
};

const running: NodeStatus = {
  state: 'running',
  peerId: '12D3KooWSelf',
  addresses: ['/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWSelf'],
  startedAt: 1_760_000_000_000,
};

export const failed: NodeStatus = { state: 'failed', addresses: [], error: 'The address is in use.' };

const metrics: MetricsSnapshot = {
  since: 1_700_000_000_000,
  time: 1_700_000_060_000,
  metrics: [
    {
      name: 'p2p_operations_total',
      help: 'Calls',
      unit: '1',
      kind: 'counter',
      points: [{ labels: { operation: 'search', status: 'ok' }, value: 3 }],
    },
    { name: 'p2p_connected_peers', help: 'Peers', unit: '1', kind: 'gauge', points: [{ labels: {}, value: 2 }] },
    {
      name: 'p2p_operation_duration_ms',
      help: 'Time',
      unit: 'ms',
      kind: 'histogram',
      bounds: [1, 10],
      points: [{ labels: { operation: 'search' }, buckets: [1, 2, 0], count: 3, sum: 12.5 }],
    },
  ],
};

export const status: EngineStatus = {
  version: '0.1.0',
  node: running,
  settings,
  dataDir: '/data',
  connectedPeers: 1,
  routingTableSize: 2,
  topicPeers: 3,
  clock: { ahead: -1_500, peers: 3 },
  telemetry: { endpoint: 'http://127.0.0.1:4318', sentAt: 1_760_000_000_007, error: 'connect ECONNREFUSED' },
  counts: { published: 1, installed: 2, network: 3 },
  memory: 123_456_789,
  storage: { blocks: 12, bytes: 3_000_000, pinned: 2_000_000, evictable: 1_000_000, quota: 5_368_709_120, damaged: 1 },
  transfers: { paused: true, uploadedToday: 123, downloadedToday: 456 },
  bootstrap: [{ address: settings.bootstrap[0]!, state: 'failed', error: 'refused' }],
  tasks: [
    {
      name: 'republish-heads',
      title: 'Republish own packages in the DHT',
      running: false,
      lastRun: 1_760_000_000_006,
      duration: 12,
      result: 'ok',
      detail: '3 packages',
      next: 1_760_000_100_006,
    },
    { name: 'sync', title: 'Sync with connected peers', running: true },
  ],
};

export const nodeSamples: Samples<NodeCalls> = {
  startNode: { request: settings, response: running },
  stopNode: { request: {}, response: { state: 'stopped', addresses: [] } },
  status: { request: {}, response: status },
  metrics: { request: {}, response: metrics },
};

import type { EngineStatus, NodeSettings } from '../../shared/model.ts';
import { nodeSettingValue } from '../../shared/settings/node-settings.ts';
import { isoTime } from '../output/units.ts';
import { NODE_SETTINGS } from '../settings/cli-settings.ts';
import { fromRowValue } from '../settings/setting-values.ts';
import type { SettingValue } from '../settings/setting-values.ts';

/** The engine's status as `status --format json` and the endpoint `/status` print it. */
export function statusOutput(status: EngineStatus): Readonly<Record<string, unknown>> {
  const { node, owner, counts, settings } = status;
  return {
    running: node.state === 'running',
    state: node.state,
    error: node.error ?? null,
    peer_id: node.peerId ?? null,
    addresses: node.addresses,
    started_at: isoTime(node.startedAt),
    uptime_s: node.startedAt === undefined ? null : Math.floor((Date.now() - node.startedAt) / 1_000),
    version: status.version,
    pid: owner?.pid ?? null,
    clients: owner?.clients ?? null,
    data_dir: status.dataDir,
    connected_peers: status.connectedPeers,
    routing_table_size: status.routingTableSize,
    topic_peers: status.topicPeers,
    clock: status.clock === undefined ? null : { ahead_ms: status.clock.ahead, peers: status.clock.peers },
    packages: { published: counts.published, installed: counts.installed, network: counts.network },
    storage: {
      bytes: status.storage.bytes,
      pinned_bytes: status.storage.pinned,
      quota_bytes: status.storage.quota,
      damaged_blocks: status.storage.damaged,
    },
    memory_bytes: status.memory,
    telemetry: telemetryOutput(status.telemetry),
    bootstrap: status.bootstrap.map(({ address, state, error }) => ({ address, state, error: error ?? null })),
    settings: settings === undefined ? null : settingsOutput(settings),
  };
}

function telemetryOutput(telemetry: EngineStatus['telemetry']): Readonly<Record<string, unknown>> | null {
  if (telemetry === undefined) return null;
  const { endpoint, sentAt, error } = telemetry;
  return { endpoint, sent_at: isoTime(sentAt), error: error ?? null };
}

/** The node's settings by their flags, in the form that the command line takes. */
function settingsOutput(settings: NodeSettings): Readonly<Record<string, SettingValue>> {
  return Object.fromEntries(
    NODE_SETTINGS.map(({ flag, row, name }) => [flag, fromRowValue(row, nodeSettingValue(settings, name))]),
  );
}

import type { EngineStatus } from '../../shared/model.ts';
import { isoTime } from '../output/units.ts';

/** The engine's status as programs get it, here and at `/status` of a peer. */
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
    packages: { published: counts.published, installed: counts.installed, network: counts.network },
    storage: {
      bytes: status.storage.bytes,
      pinned_bytes: status.storage.pinned,
      quota_bytes: status.storage.quota,
      damaged_blocks: status.storage.damaged,
    },
    memory_bytes: status.memory,
    bootstrap: status.bootstrap.map(({ address, state, error }) => ({ address, state, error: error ?? null })),
    settings:
      settings === undefined
        ? null
        : {
            listen: settings.listen,
            bootstrap: settings.bootstrap,
            'dht-server': settings.dhtMode === 'server',
            name: settings.name,
            'fan-out': settings.fanOut,
            'query-timeout': settings.timeout / 1_000,
            quota: settings.quota,
            'otlp-endpoint': settings.otlpEndpoint ?? '',
          },
  };
}

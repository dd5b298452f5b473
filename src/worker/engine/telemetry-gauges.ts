import type { PeerSummary } from '../../shared/model.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { BlockStore } from '../blocks/block-store.ts';
import type { TelemetryOptions } from '../telemetry/telemetry.ts';

export interface GaugeSource {
  readonly catalog: Pick<Catalog, 'packages'>;
  readonly blocks: Pick<BlockStore, 'size'>;
  /** The connected peers. */
  readonly peers: () => readonly PeerSummary[];
}

/** The gauges' values, read at each snapshot. */
export function gauges({ catalog, blocks, peers }: GaugeSource): TelemetryOptions['gauges'] {
  return {
    p2p_connected_peers: () => [{ labels: {}, value: peers().length }],
    p2p_known_packages: () => {
      const counts = catalog.packages.counts();
      return (['published', 'installed', 'network'] as const).map((section) => ({
        labels: { section },
        value: counts[section],
      }));
    },
    p2p_peer_reputation: () => peers().map(({ id, reputation }) => ({ labels: { peer: id }, value: reputation })),
    p2p_cache_size_bytes: () => [{ labels: {}, value: blocks.size.bytes }],
  };
}

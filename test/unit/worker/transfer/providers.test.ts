import assert from 'node:assert/strict';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/settings/node-settings.ts';
import type { Location } from '../../../../src/shared/model.ts';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { Catalog } from '../../../../src/worker/catalog/catalog.ts';
import { rankedProviders } from '../../../../src/worker/transfer/fetch-content.ts';
import { PeerReputation } from '../../../../src/worker/reputation/peer-reputation.ts';
import { withFolder } from '../catalog/support.ts';

const PACKAGE = { publisher: 'someone', name: 'wanted' };
const BERLIN: Location = { latitude: 52.5, longitude: 13.4 };
const POTSDAM: Location = { latitude: 52.4, longitude: 13.1 };

/** Peers that serve the package, in the order in which they are asked. */
async function order(
  location: Location | undefined,
  setUp: (catalog: Catalog, peerReputation: PeerReputation) => void,
): Promise<string[]> {
  return withFolder(async (dataDir) => {
    const catalog = await openCatalog(dataDir);
    try {
      const peerReputation = new PeerReputation({ peers: catalog.peers, standings: catalog.standings });
      for (const peer of ['a', 'b', 'c', 'd']) {
        peerReputation.recordSuccess(peer, 10);
        catalog.peers.addProvider(peer, PACKAGE.publisher, PACKAGE.name);
      }
      setUp(catalog, peerReputation);
      const settings = { ...DEFAULT_NODE_SETTINGS, ...(location === undefined ? {} : { location }) };
      return rankedProviders({ catalog, peerReputation, settings: () => settings }, PACKAGE);
    } finally {
      catalog.close();
    }
  });
}

describe('provider selection for a package', () => {
  it('orders by reputation, then response time, then throughput, trusted ones first, without banned ones', async () => {
    const asked = await order(undefined, (_catalog, peerReputation) => {
      peerReputation.recordFailure('a');
      peerReputation.recordThroughput('b', 1_000, 1_000);
      peerReputation.recordThroughput('c', 9_000, 1_000);
      peerReputation.ban('d', 'No.');
    });
    assert.deepEqual(asked, ['c', 'b', 'a']);
    const faster = await order(undefined, (_catalog, peerReputation) => {
      peerReputation.recordSuccess('b', 1);
      peerReputation.recordFailure('d');
      peerReputation.trust('d');
    });
    assert.deepEqual(faster.slice(0, 2), ['d', 'b']);
  });

  it('considers proximity when the user set the location of this node', async () => {
    const setUp = ({ peers }: Catalog): void => {
      peers.saveLocation('c', POTSDAM);
    };
    assert.equal((await order(BERLIN, setUp))[0], 'c');
    assert.equal((await order(undefined, setUp))[0], 'a');
  });
});

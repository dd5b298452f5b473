import assert from 'node:assert/strict';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/defaults.ts';
import type { Location } from '../../../../src/shared/model.ts';
import { openCatalogue } from '../../../../src/worker/catalog/catalogue.ts';
import type { Catalogue } from '../../../../src/worker/catalog/catalogue.ts';
import { providersOf } from '../../../../src/worker/transfer/fetch.ts';
import { Conduct } from '../../../../src/worker/reputation/conduct.ts';
import { withFolder } from '../catalog/support.ts';

const PACKAGE = { publisher: 'someone', name: 'wanted' };
const BERLIN: Location = { latitude: 52.5, longitude: 13.4 };
const POTSDAM: Location = { latitude: 52.4, longitude: 13.1 };

/** Peers that serve the package, in the order in which they are asked. */
async function order(
  location: Location | undefined,
  arrange: (catalogue: Catalogue, conduct: Conduct) => void,
): Promise<string[]> {
  return withFolder(async (dataDir) => {
    const catalogue = await openCatalogue(dataDir);
    try {
      const conduct = new Conduct({ peers: catalogue.peers, standings: catalogue.standings });
      for (const peer of ['a', 'b', 'c', 'd']) {
        conduct.success(peer, 10);
        catalogue.peers.addHolder(peer, PACKAGE.publisher, PACKAGE.name);
      }
      arrange(catalogue, conduct);
      const settings = { ...DEFAULT_NODE_SETTINGS, ...(location === undefined ? {} : { location }) };
      return providersOf({ catalogue, conduct, settings: () => settings }, PACKAGE);
    } finally {
      catalogue.close();
    }
  });
}

describe('providers of a package', () => {
  it('are asked by reputation, then by response time, then by throughput, trusted ones first and banned ones never', async () => {
    const asked = await order(undefined, (_catalogue, conduct) => {
      conduct.failure('a');
      conduct.received('b', 1_000, 1_000);
      conduct.received('c', 9_000, 1_000);
      conduct.ban('d', 'No.');
    });
    assert.deepEqual(asked, ['c', 'b', 'a']);
    const faster = await order(undefined, (_catalogue, conduct) => {
      conduct.success('b', 1);
      conduct.failure('d');
      conduct.trust('d');
    });
    assert.deepEqual(faster.slice(0, 2), ['d', 'b']);
  });

  it('are asked by nearness too, where the user told this node’s place', async () => {
    const arrange = ({ peers }: Catalogue): void => {
      peers.saveLocation('c', POTSDAM);
    };
    assert.equal((await order(BERLIN, arrange))[0], 'c');
    assert.equal((await order(undefined, arrange))[0], 'a');
  });
});

import assert from 'node:assert/strict';
import { waitForConnections, eventually, waitForListing, networkPerTest } from './helpers/peers.ts';

describe('location', () => {
  const network = networkPerTest();

  it('is shared only when the user set it, rounded to 0.1 degree, and raises the score of nearby peers', async () => {
    const locatedPeer = await network.peer({
      location: { latitude: 52.5163, longitude: 13.3777, region: 'Berlin\u202e' },
    });
    const near = { latitude: 52.4, longitude: 13.1 };
    const nearbyPeer = await network.peer({ bootstrap: [locatedPeer.address], location: near });
    const silent = await network.peer({ bootstrap: [locatedPeer.address] });
    await waitForConnections(locatedPeer, [nearbyPeer, silent]);
    for (const peer of [nearbyPeer, silent]) {
      const { location } = await eventually('the place is known', async () => {
        const details = await peer.engine.peer({ id: locatedPeer.id });
        return details.location !== undefined && details;
      });
      assert.deepEqual(location, { latitude: 52.5, longitude: 13.4, region: 'Berlin' });
    }
    const reportedLocation = await eventually('the other way too', async () => {
      const details = await locatedPeer.engine.peer({ id: nearbyPeer.id });
      return details.location !== undefined && details;
    });
    assert.deepEqual(reportedLocation.location, near);
    assert.ok(reportedLocation.reputationParts.proximity > 0);
    const unknownLocation = await locatedPeer.engine.peer({ id: silent.id });
    assert.equal(unknownLocation.location, undefined);
    assert.equal(unknownLocation.reputationParts.proximity, 0);
    assert.equal(
      (await silent.engine.peer({ id: locatedPeer.id })).reputationParts.proximity,
      0,
      'one’s own place is not known',
    );
  });

  it('counts towards the minimum reputation', async () => {
    const position = { latitude: 52.5, longitude: 13.4 };
    const [publisher, reader] = await network.peers(2, { location: position });
    const { id } = await publisher.publish('nearby', '1.0.0');
    await waitForListing(reader, id, '1.0.0');
    const { reputation, reputationParts } = await eventually('the place is known, and who serves it', async () => {
      const details = await reader.engine.peer({ id: publisher.id });
      return details.reputationParts.proximity > 0 && details.provides.length > 0 && details;
    });
    const minReputation = reputation - reputationParts.proximity / 2;
    const { packages } = await reader.engine.search({ text: 'nearby', scope: 'local', minReputation });
    assert.deepEqual(
      packages.map((summary) => summary.id),
      [id],
    );
  });

  it('is remembered while the peer is disconnected, and cleared when the peer stops sharing it', async () => {
    const position = { latitude: -33.9, longitude: 151.2 };
    const locatedPeer = await network.peer({ location: position });
    const nearbyPeer = await network.peer({ bootstrap: [locatedPeer.address] });
    await eventually('the place is known', async () => {
      return (await nearbyPeer.engine.peer({ id: locatedPeer.id }).catch(() => undefined))?.location !== undefined;
    });
    await nearbyPeer.restart({ bootstrap: [] });
    assert.deepEqual((await nearbyPeer.engine.peer({ id: locatedPeer.id })).location, position);
    const { settings } = await locatedPeer.engine.status({});
    const { location, ...without } = settings!;
    assert.deepEqual(location, position);
    await locatedPeer.engine.startNode(without);
    await nearbyPeer.restart({ bootstrap: [locatedPeer.address] });
    await eventually('the place is forgotten', async () => {
      return (await nearbyPeer.engine.peer({ id: locatedPeer.id })).location === undefined;
    });
  });

  it('that is invalid is rejected', async () => {
    const peer = await network.peer();
    const { settings } = await peer.engine.status({});
    for (const location of [
      { latitude: 91, longitude: 0 },
      { latitude: 0, longitude: NaN },
    ]) {
      await assert.rejects(peer.engine.startNode({ ...settings!, location }), {
        name: 'InvalidRequest',
        message: /latitude|longitude/,
      });
    }
  });
});

import assert from 'node:assert/strict';
import { connected, eventually, lists, networkPerTest } from './helpers/peers.ts';

describe('location', () => {
  const network = networkPerTest();

  it('is told only when the user set it, rounded to 0.1 degree, and lifts the score of who is near', async () => {
    const teller = await network.peer({ location: { latitude: 52.5163, longitude: 13.3777, region: 'Berlin\u202e' } });
    const near = { latitude: 52.4, longitude: 13.1 };
    const hearer = await network.peer({ bootstrap: [teller.address], location: near });
    const silent = await network.peer({ bootstrap: [teller.address] });
    await connected(teller, [hearer, silent]);
    for (const peer of [hearer, silent]) {
      const { location } = await eventually('the place is known', async () => {
        const details = await peer.engine.peer({ id: teller.id });
        return details.location !== undefined && details;
      });
      assert.deepEqual(location, { latitude: 52.5, longitude: 13.4, region: 'Berlin' });
    }
    const heard = await eventually('the other way too', async () => {
      const details = await teller.engine.peer({ id: hearer.id });
      return details.location !== undefined && details;
    });
    assert.deepEqual(heard.location, near);
    assert.ok(heard.reputationParts.proximity > 0);
    const unheard = await teller.engine.peer({ id: silent.id });
    assert.equal(unheard.location, undefined);
    assert.equal(unheard.reputationParts.proximity, 0);
    assert.equal(
      (await silent.engine.peer({ id: teller.id })).reputationParts.proximity,
      0,
      'one’s own place is not known',
    );
  });

  it('counts for a lowest reputation as it is shown', async () => {
    const place = { latitude: 52.5, longitude: 13.4 };
    const [publisher, reader] = await network.peers(2, { location: place });
    const { id } = await publisher.publish('nearby', '1.0.0');
    await lists(reader, id, '1.0.0');
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

  it('is remembered while the peer is away, and taken back by telling none', async () => {
    const place = { latitude: -33.9, longitude: 151.2 };
    const teller = await network.peer({ location: place });
    const hearer = await network.peer({ bootstrap: [teller.address] });
    await eventually('the place is known', async () => {
      return (await hearer.engine.peer({ id: teller.id }).catch(() => undefined))?.location !== undefined;
    });
    await hearer.restart({ bootstrap: [] });
    assert.deepEqual((await hearer.engine.peer({ id: teller.id })).location, place);
    const { settings } = await teller.engine.status({});
    const { location, ...without } = settings!;
    assert.deepEqual(location, place);
    await teller.engine.startNode(without);
    await hearer.restart({ bootstrap: [teller.address] });
    await eventually('the place is forgotten', async () => {
      return (await hearer.engine.peer({ id: teller.id })).location === undefined;
    });
  });

  it('that is none is refused', async () => {
    const peer = await network.peer();
    const { settings } = await peer.engine.status({});
    for (const location of [
      { latitude: 91, longitude: 0 },
      { latitude: 0, longitude: NaN },
    ]) {
      await assert.rejects(peer.engine.startNode({ ...settings!, location }), {
        name: 'InvalidRequest',
        message: /latitude/,
      });
    }
  });
});

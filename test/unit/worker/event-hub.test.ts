import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineEvents } from '../../../src/shared/events.ts';
import { EventHub } from '../../../src/worker/event-hub.ts';

describe('events of the engine', () => {
  let taken: number;
  let hub: EventHub;

  beforeEach(() => {
    taken = 0;
    hub = new EventHub({
      peers: () => {
        taken++;
        return [];
      },
      counts: () => {
        taken++;
        return { published: 0, installed: 0, network: taken };
      },
      forks: () => [],
    });
  });

  afterEach(() => {
    hub.close();
  });

  it('take no snapshot while nobody listens, and tell whoever comes then', async () => {
    hub.peersChanged();
    hub.packagesChanged('a/b');
    await delay(20);
    assert.equal(taken, 0);
    const heard: EngineEvents['packages'][] = [];
    hub.subscribe('packages', (event) => heard.push(event));
    assert.deepEqual(
      heard.map(({ changed }) => changed),
      [['a/b']],
    );
  });

  it('tell each change once, and the newest snapshot to whoever comes later', async () => {
    const [first, second]: EngineEvents['packages'][][] = [[], []];
    hub.subscribe('packages', (event) => first?.push(event));
    const told = Promise.withResolvers<undefined>();
    hub.subscribe('packages', () => {
      told.resolve(undefined);
    });
    hub.packagesChanged('a/b');
    hub.packagesChanged('a/c');
    await told.promise;
    hub.subscribe('packages', (event) => second?.push(event));
    assert.deepEqual(first, second);
    assert.deepEqual(first?.[0]?.changed, ['a/b', 'a/c']);
    assert.equal(taken, 1);
  });
});

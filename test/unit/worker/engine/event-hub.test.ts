import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineEvents } from '../../../../src/shared/events.ts';
import { EventHub } from '../../../../src/worker/engine/event-hub.ts';

describe('events of the engine', () => {
  let taken: number;
  let fault: Error | undefined;
  let complaints: string[];
  let hub: EventHub;

  beforeEach(() => {
    taken = 0;
    fault = undefined;
    complaints = [];
    const take = (): void => {
      if (fault !== undefined) throw fault;
      taken++;
    };
    hub = new EventHub(
      {
        peers: () => {
          take();
          return [];
        },
        counts: () => {
          take();
          return { published: 0, installed: 0, network: taken };
        },
        forks: () => [],
      },
      (why) => complaints.push(why),
    );
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

  it('survive a snapshot that cannot be taken, in a timer as well as for whoever comes, and tell it once it can', async () => {
    fault = new Error('the disk is gone');
    const heard: EngineEvents['packages'][] = [];
    hub.subscribe('packages', (event) => heard.push(event));
    hub.packagesChanged('a/b');
    while (complaints.length === 0) await delay(1);
    hub.subscribe('packages', () => undefined);
    assert.deepEqual(complaints, ['the disk is gone', 'the disk is gone']);
    fault = undefined;
    hub.packagesChanged('a/c');
    while (heard.length === 0) await delay(1);
    assert.deepEqual(
      heard.map(({ changed }) => changed),
      [['a/b', 'a/c']],
    );
  });

  it('take nothing for whoever comes after the end', async () => {
    hub.peersChanged();
    await delay(20);
    hub.close();
    hub.subscribe('peers', () => assert.fail('it is over'));
    assert.equal(taken, 0);
  });
});

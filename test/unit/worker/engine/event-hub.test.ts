import assert from 'node:assert/strict';
import type { EngineEvents } from '../../../../src/shared/events.ts';
import { EventHub } from '../../../../src/worker/engine/event-hub.ts';
import { FakeClock } from '../../../fake-clock.ts';

describe('events of the engine', () => {
  let snapshotCount: number;
  let fault: Error | undefined;
  let errors: string[];
  let hub: EventHub;
  let clock: FakeClock;

  beforeEach(() => {
    snapshotCount = 0;
    fault = undefined;
    errors = [];
    clock = new FakeClock();
    const takeSnapshot = (): void => {
      if (fault !== undefined) throw fault;
      snapshotCount++;
    };
    hub = new EventHub(
      {
        peers: () => {
          takeSnapshot();
          return [];
        },
        counts: () => {
          takeSnapshot();
          return { published: 0, installed: 0, network: snapshotCount };
        },
        forks: () => [],
      },
      (why) => errors.push(why),
    );
  });

  afterEach(() => {
    hub.close();
    clock[Symbol.dispose]();
  });

  it('take no snapshot without subscribers, and deliver one to the first subscriber', async () => {
    hub.peersChanged();
    hub.packagesChanged('a/b');
    await clock.advance(1_000);
    assert.equal(snapshotCount, 0);
    const received: EngineEvents['packages'][] = [];
    hub.subscribe('packages', (event) => received.push(event));
    assert.deepEqual(
      received.map(({ changed }) => changed),
      [['a/b']],
    );
  });

  it('deliver each change once, and the latest snapshot to later subscribers', async () => {
    const [first, second]: EngineEvents['packages'][][] = [[], []];
    hub.subscribe('packages', (event) => first?.push(event));
    const notified = Promise.withResolvers<undefined>();
    hub.subscribe('packages', () => {
      notified.resolve(undefined);
    });
    hub.packagesChanged('a/b');
    hub.packagesChanged('a/c');
    await clock.run(notified.promise);
    hub.subscribe('packages', (event) => second?.push(event));
    assert.deepEqual(first, second);
    assert.deepEqual(first?.[0]?.changed, ['a/b', 'a/c']);
    assert.equal(snapshotCount, 1);
  });

  it('survive a failed snapshot, in a timer and for a new subscriber, and deliver it once it succeeds', async () => {
    fault = new Error('the disk is gone');
    const received: EngineEvents['packages'][] = [];
    hub.subscribe('packages', (event) => received.push(event));
    hub.packagesChanged('a/b');
    await clock.advance(1_000);
    hub.subscribe('packages', () => undefined);
    assert.deepEqual(errors, ['the disk is gone', 'the disk is gone']);
    fault = undefined;
    hub.packagesChanged('a/c');
    await clock.advance(1_000);
    assert.deepEqual(
      received.map(({ changed }) => changed),
      [['a/b', 'a/c']],
    );
  });

  it('deliver nothing after the hub is closed', async () => {
    hub.peersChanged();
    await clock.advance(1_000);
    hub.close();
    hub.subscribe('peers', () => assert.fail('it is over'));
    assert.equal(snapshotCount, 0);
  });
});

import assert from 'node:assert/strict';
import { createLoggers } from '../../../src/worker/logging/logger.ts';
import { Scheduler } from '../../../src/worker/maintenance/scheduler.ts';
import { Telemetry } from '../../../src/worker/telemetry/telemetry.ts';
import { Collector } from '../helpers/collector.ts';

const nothing = (): readonly [] => [];
const GAUGES = {
  p2p_connected_peers: nothing,
  p2p_known_packages: nothing,
  p2p_peer_reputation: nothing,
  p2p_cache_size_bytes: nothing,
};

describe('spans', () => {
  let collector: Collector;
  let scheduler: Scheduler;
  let telemetry: Telemetry;
  beforeEach(async () => {
    collector = await Collector.start();
    const loggers = createLoggers(() => undefined);
    scheduler = new Scheduler(loggers('test'));
    telemetry = new Telemetry({
      version: '1',
      gauges: GAUGES,
      scheduler,
      log: loggers('test'),
      environment: collector.url,
    });
    await telemetry.setEndpoint(undefined);
  });
  afterEach(async () => {
    await telemetry.close();
    await scheduler.stop();
    await collector.close();
  });

  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are children of their caller, also when many run at the same time', async () => {
    const one = (package_id: string): Promise<void> =>
      telemetry.span('search', { package_id }, async () => {
        await pause();
        await telemetry.span('query_dht_parallel', { package_id }, async () => {
          await pause();
          await telemetry.span('ask_peer', { package_id }, pause);
        });
      });
    await Promise.all(['a', 'b', 'c'].map(one));
    await telemetry.close();
    for (const root of collector.named('search')) {
      const [child, ...others] = collector.childrenOf(root);
      assert.ok(child !== undefined && others.length === 0);
      const below = [child, ...collector.childrenOf(child)];
      assert.deepEqual(
        below.map(({ name, attributes }) => [name, attributes['package_id']]),
        ['query_dht_parallel', 'ask_peer'].map((name) => [name, root.attributes['package_id']]),
      );
    }
    assert.equal(collector.spans.length, 9);
  });

  it('have no parent when the parent span has ended, or when a network event starts them', async () => {
    const later = Promise.withResolvers<undefined>();
    const over = Promise.withResolvers<undefined>();
    await telemetry.span('bootstrap', {}, async () => {
      void over.promise
        .then(() => telemetry.span('store_in_dht', {}, pause))
        .then(() => {
          later.resolve(undefined);
        });
      telemetry.event('gossipsub', {}, () => undefined);
      await telemetry.withParent(undefined, () => telemetry.span('query_dht', {}, pause));
    });
    over.resolve(undefined);
    await later.promise;
    await telemetry.close();
    const [bootstrap] = collector.named('bootstrap');
    assert.ok(bootstrap !== undefined);
    assert.deepEqual(
      collector.childrenOf(bootstrap).map(({ name }) => name),
      ['query_dht'],
    );
    for (const name of ['store_in_dht', 'handle_gossipsub_event']) {
      assert.deepEqual([collector.named(name).length, collector.named(name)[0]?.parentSpanId], [1, '']);
    }
  });

  it('end with an error thrown synchronously, and rethrow it', async () => {
    const wrong = new TypeError('at once');
    assert.throws(
      () =>
        telemetry.event('identify', {}, () => {
          throw wrong;
        }),
      wrong,
    );
    await assert.rejects(
      telemetry.span('search', {}, () => Promise.reject(wrong)),
      wrong,
    );
    await telemetry.close();
    assert.deepEqual(
      collector.spans.map(({ attributes }) => attributes['error.type']),
      ['TypeError', 'TypeError'],
    );
  });

  it('are not recorded after telemetry is closed, and the work continues', async () => {
    await telemetry.close();
    assert.equal(await telemetry.span('search', {}, () => Promise.resolve(7)), 7);
    await telemetry.setEndpoint(collector.url);
    await telemetry.span('search', {}, pause);
    await telemetry.close();
    assert.deepEqual(collector.spans, []);
  });
});

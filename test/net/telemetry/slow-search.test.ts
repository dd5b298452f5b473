import assert from 'node:assert/strict';
import { Collector } from '../helpers/collector.ts';
import { TestNetwork, waitForConnections, eventually } from '../helpers/peers.ts';
import { traceTree } from '../helpers/trace-tree.ts';
import { scriptedPeer } from '../scripted-peer.ts';

/** The example of docs/tracing.md; `GGEN_SHOW_TRACE=1` prints the tree. */
describe('diagnosing a slow search', () => {
  let network: TestNetwork;
  let collector: Collector;
  let releaseSlowPeer: (() => Promise<void>) | undefined;
  beforeEach(async () => {
    network = new TestNetwork();
    collector = await Collector.start();
  });
  afterEach(async () => {
    await releaseSlowPeer?.();
    await network.close();
    await collector.close();
  });

  it('its trace shows that three peers were queried, and which one was slow', async () => {
    const requester = await network.peer({ otlpEndpoint: collector.url });
    const providers = await Promise.all([1, 2].map(() => network.peer({ bootstrap: [requester.address] })));
    await waitForConnections(requester, providers);
    await providers[0]?.publish('yaml-parser', '1.0.0');
    await providers[1]?.publish('json-parser', '2.1.0');
    await providers[1]?.publish('toml-parser', '0.3.0');
    const slow = await scriptedPeer(requester.address, async (write) => {
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await write({ end: true });
    });
    releaseSlowPeer = () => slow.stop();
    await eventually('its protocols are known', async () => {
      const details = await requester.engine.peer({ id: slow.id }).catch(() => undefined);
      return details?.protocols.includes('/ggen/search/1.0.0');
    });
    await requester.engine.search({ text: 'parser' });

    const root = await collector.span('search');
    const tree = traceTree(collector, root);
    if (process.env['GGEN_SHOW_TRACE'] !== undefined) console.log(tree);
    const asked = collector.named('ask_peer').filter(({ traceId }) => traceId === root.traceId);
    assert.equal(asked.length, 3);
    const [slowest, next] = asked.toSorted((a, b) => b.end - b.start - (a.end - a.start));
    assert.equal(slowest?.attributes['peer_id'], slow.id);
    assert.ok(next !== undefined && slowest.end > next.end, 'the others had answered long before');
    assert.equal(asked.filter(({ attributes }) => Number(attributes['result_count']) > 0).length, 2);
    assert.equal(tree.split('\n').filter((line) => line.includes('ask_peer')).length, 3);
    assert.match(tree.split('\n')[0] ?? '', /^ +\+0 +[\d.]+ ms {2}search {2}/);
  });
});

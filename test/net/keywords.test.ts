import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { packageTokens, tokenKey, tokensOf } from '../../src/worker/protocols/keywords/tokens.ts';
import type { PackageMetadata, SearchResults } from '../../src/shared/model.ts';
import { SEARCH_PROTOCOL } from '../../src/worker/node/protocols.ts';
import { barePeer } from './helpers/bare-peer.ts';
import type { BarePeer } from './helpers/bare-peer.ts';
import { serveFakeProviders } from './helpers/fake-providers.ts';
import { TestNetwork, waitForConnections, eventually } from './helpers/peers.ts';
import type { TestPeer } from './helpers/peers.ts';
import { scriptedPeer } from './scripted-peer.ts';

describe('keywords', () => {
  let network: TestNetwork;
  const bare: BarePeer[] = [];
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(async () => {
    for (const peer of bare.splice(0)) await peer.stop();
    await network.close();
  });

  async function provided(peer: TestPeer): Promise<string> {
    const { tasks } = await peer.engine.status({});
    return tasks.find(({ name }) => name === 'reprovide')?.detail ?? '';
  }

  /** Waits until a peer has provided all its keys in the DHT. */
  async function waitForProvide(peer: TestPeer): Promise<void> {
    await eventually(`${peer.id} has provided its keys in the DHT`, async () =>
      /^([1-9]\d*) of \1 /.test(await provided(peer)),
    );
  }

  it('are the words of a name, its tags, categories and title', async () => {
    assert.deepEqual(tokensOf('Rust-CLI_sub.command  Ärger ﬁn a 東京'), [
      'rust',
      'cli',
      'sub',
      'command',
      'arger',
      'fin',
      '東京',
    ]);
    const metadata: PackageMetadata = {
      title: 'Server of files',
      description: 'not looked at',
      categories: ['web-service'],
      tags: ['Web'],
      license: 'MIT',
      authors: [],
    };
    const tokens = packageTokens('http-server', metadata);
    assert.deepEqual(tokens, ['http', 'server', 'web', 'service', 'of', 'files']);
    const digest = createHash('sha256').update('ggen:keyword:rust').digest();
    assert.deepEqual(Buffer.from((await tokenKey('rust')).multihash.digest), digest);
  });

  it('alone lead a search to a peer that provides the package', async () => {
    const [first, second, third] = await network.peers(3, {}, ['keywords']);
    await waitForConnections(second, [third!]);
    const { id } = await third!.publish('needle-in-haystack', '0.1.0');
    await waitForProvide(third!);
    for (const text of ['needle', 'haystack needle']) {
      const answer = await first.engine.search({ text });
      assert.deepEqual(
        answer.packages.map((summary) => summary.id),
        [id],
        text,
      );
    }
    const other = await second.engine.search({ text: 'something-else' });
    assert.deepEqual(other.packages, []);
  });

  it('are looked up although a nearby peer does not answer', async () => {
    const [requester, second, provider] = await network.peers(3, { fanOut: 1 }, ['keywords', 'search']);
    await waitForConnections(second, [provider!]);
    const { id } = await provider!.publish('needle-in-haystack', '0.1.0');
    await waitForProvide(provider!);
    const over = Promise.withResolvers<undefined>();
    const silent = await scriptedPeer(requester.address, () => over.promise);
    try {
      // The peer that is asked first.
      await requester.engine.trustPeer({ id: silent.id, trusted: true });
      await eventually('its protocols are known', async () => {
        return (await requester.engine.peer({ id: silent.id })).protocols.includes(SEARCH_PROTOCOL);
      });
      const cancel = new AbortController();
      const found = Promise.withResolvers<SearchResults>();
      const search = requester.engine.search(
        { text: 'needle' },
        {
          signal: cancel.signal,
          onProgress: (results) => {
            if (results.packages.some((summary) => summary.id === id)) found.resolve(results);
          },
        },
      );
      const { peers = [] } = await found.promise;
      assert.equal(silent.asked.length, 1);
      assert.notEqual(peers.find((peer) => peer.id === silent.id)?.state, 'failed', 'the search did not wait for it');
      cancel.abort();
      await assert.rejects(search, { name: 'AbortError' });
    } finally {
      over.resolve(undefined);
      await silent.stop();
    }
  });

  it('are withdrawn when no package matches them any more', async () => {
    const [, second] = await network.peers(2, {}, ['keywords']);
    const { id } = await second.publish('short-lived', '0.1.0');
    await waitForProvide(second);
    await second.engine.stopSeeding({ id });
    await eventually('the keywords were withdrawn', async () =>
      /^0 of 0 announced, [1-9]\d* withdrawn/.test(await provided(second)),
    );
    // On other peers the records expire; this node does not provide them again.
    await second.restart();
    await eventually('there is nothing to announce', async () =>
      (await provided(second)).startsWith('0 of 0 announced, 0 withdrawn'),
    );
  });

  it('find the provider although faster malicious peers name many others', async () => {
    const [first, provider, ...others] = await network.peers(4, {}, ['keywords']);
    const maliciousPeers = await Promise.all([barePeer(), barePeer()]);
    bare.push(...maliciousPeers);
    const asked = await Promise.all(maliciousPeers.map((maliciousPeer) => serveFakeProviders(maliciousPeer, 40)));
    for (const maliciousPeer of maliciousPeers)
      for (const peer of [first, provider, ...others]) await maliciousPeer.dial(peer.address);
    await eventually('the malicious peers are in the routing table', async () => {
      return (await first.engine.status({})).routingTableSize >= 5;
    });
    const { id } = await provider.publish('honest-work', '1.0.0');
    await waitForProvide(provider);
    const answer = await first.engine.search({ text: 'honest' });
    assert.deepEqual(
      answer.packages.map((summary) => summary.id),
      [id],
    );
    assert.ok(
      asked.some((count) => count() > 0),
      'a malicious peer was asked',
    );
  });
});

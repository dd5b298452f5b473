import assert from 'node:assert/strict';
import type { PeerId, PeerInfo } from '@libp2p/interface';
import type { QueryEvent } from '@libp2p/kad-dht';
import { multiaddr } from '@multiformats/multiaddr';
import type { CID } from 'multiformats/cid';
import { Keywords } from '../../../../../src/worker/protocols/keywords/index.ts';
import { searchKeywordProviders } from '../../../../../src/worker/protocols/keywords/keyword-search.ts';
import { Reprovider } from '../../../../../src/worker/protocols/keywords/reprovider.ts';
import { tokenKey, tokensOf } from '../../../../../src/worker/protocols/keywords/tokens.ts';
import { Search } from '../../../../../src/worker/protocols/search/index.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import type { FakeNode } from '../support/fake-network.ts';
import { manualTimeouts } from '../support/manual-timeouts.ts';
import { until, withPeers } from '../support/test-peer.ts';
import type { TestPeer } from '../support/test-peer.ts';

const never = new AbortController().signal;
const ADDRESS = multiaddr('/ip4/127.0.0.1/tcp/4001');

type Answer = readonly PeerId[] | 'silent' | 'error';

/** A DHT whose closest peers answer as a test says. */
class FakeDht {
  closest: PeerId[] = [];
  local: PeerId[] = [];
  /** What each peer answers, by its id and the key. */
  answers: (peer: string, key: string) => Answer = () => [];
  readonly asked: string[] = [];
  readonly provided: string[] = [];
  readonly canceled: string[] = [];
  replicas = 2;
  readonly #self: PeerId;
  readonly network = {
    sendRequest: (peer: PeerId, { key }: { key: Uint8Array }, { signal }: { signal: AbortSignal }) =>
      this.#request(peer, key, signal),
  };

  constructor(self: PeerId) {
    this.#self = self;
  }

  async *getClosestPeers(): AsyncGenerator<QueryEvent> {
    await Promise.resolve();
    for (const id of this.closest) yield { name: 'FINAL_PEER', peer: info(id) } as QueryEvent;
  }

  async *findProviders(): AsyncGenerator<QueryEvent> {
    await Promise.resolve();
    yield { name: 'PEER_RESPONSE', from: this.#self, providers: this.local.map(info) } as unknown as QueryEvent;
    throw new Error('The query was not ended after the local answer');
  }

  async *provide(cid: CID): AsyncGenerator<QueryEvent> {
    await Promise.resolve();
    this.provided.push(cid.toString());
    for (let count = 0; count < this.replicas; count++)
      yield { name: 'PEER_RESPONSE', messageName: 'ADD_PROVIDER' } as QueryEvent;
  }

  async cancelReprovide(cid: CID): Promise<void> {
    this.canceled.push(cid.toString());
    return Promise.resolve();
  }

  async *#request(peer: PeerId, key: Uint8Array, signal: AbortSignal): AsyncGenerator<QueryEvent> {
    this.asked.push(peer.toString());
    await Promise.resolve();
    const answer = this.answers(peer.toString(), Buffer.from(key).toString('hex'));
    if (answer === 'silent') {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      });
    } else if (answer === 'error') {
      yield { name: 'QUERY_ERROR', error: new Error('The answer is malformed') } as QueryEvent;
    } else {
      yield { name: 'PEER_RESPONSE', from: peer, providers: answer.map(info) } as unknown as QueryEvent;
    }
  }
}

function info(id: PeerId): PeerInfo {
  return { id, multiaddrs: [ADDRESS] };
}

function keywordsOf(peer: TestPeer, dht: FakeDht): Keywords {
  const { node, peerReputation, telemetry, log, stopped, enabledProtocols } = peer;
  const libp2p = { services: { dht }, peerStore: node.libp2p.peerStore };
  return new Keywords({
    node: { peerId: node.peerId, libp2p },
    peerReputation,
    telemetry,
    log,
    stopped,
    enabledProtocols,
  });
}

async function collect(found: AsyncIterable<PeerId>): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of found) ids.push(id.toString());
  return ids;
}

async function strangers(count: number): Promise<FakeNode[]> {
  const network = new FakeNetwork();
  return Promise.all(Array.from({ length: count }, () => network.node()));
}

function withKeywords(
  work: (keywords: Keywords, dht: FakeDht, peer: TestPeer, other: TestPeer) => Promise<void>,
): Promise<void> {
  return withPeers(new FakeNetwork(), 2, async (peer, other) => {
    const dht = new FakeDht(peer.node.peerId);
    await work(keywordsOf(peer, dht), dht, peer, other);
  });
}

describe('looking up providers by keywords', () => {
  const timeouts = manualTimeouts();

  it('ranks providers by tokens, then by the peers that name them', async () => {
    await withKeywords(async (keywords, dht, peer) => {
      const [one, two, three, ...rest] = (await strangers(8)).map(({ peerId }) => peerId);
      dht.closest = rest;
      const parser = Buffer.from((await tokenKey('parser')).multihash.bytes).toString('hex');
      dht.answers = (id, key) => {
        if (key === parser) return [one!, two!];
        return id === rest[0]!.toString() ? [two!, three!] : [three!, peer.node.peerId];
      };
      const found = await collect(keywords.find(['parser', 'json'], never));
      assert.equal(found[0], two!.toString(), 'named for both tokens');
      assert.deepEqual(new Set(found), new Set([one, two, three].map(String)), 'and never this node itself');
      const stored = await peer.node.libp2p.peerStore.get(one!);
      assert.equal(stored.addresses.length, 1, 'its address is known, so that it can be dialed');
    });
  });

  it('looks up the longest tokens only, and asks no banned peer', async () => {
    await withKeywords(async (keywords, dht, peer) => {
      const [banned, honest] = (await strangers(2)).map(({ peerId }) => peerId);
      dht.closest = [banned!, honest!];
      peer.peerReputation.ban(banned!.toString(), 'It misbehaved.');
      await collect(keywords.find(['a1', 'longest', 'longer', 'long'], never));
      assert.deepEqual(
        dht.asked,
        Array.from({ length: 3 }, () => honest!.toString()),
      );
    });
  });

  it('takes a bounded number of names from one answer, and ranks the flood of one peer behind the names of others', async () => {
    await withKeywords(async (keywords, dht) => {
      const [malicious, honest, another, provider] = (await strangers(4)).map(({ peerId }) => peerId);
      const crowd = (await strangers(30)).map(({ peerId }) => peerId);
      dht.closest = [malicious!, honest!, another!];
      dht.answers = (id) => (id === malicious!.toString() ? crowd : [provider!]);
      const found = await collect(keywords.find(['parser'], never));
      assert.equal(found[0], provider!.toString());
      assert.equal(found.length, 21);
    });
  });

  it('goes on without peers that answer with an error or not at all', async () => {
    await withKeywords(async (keywords, dht, _peer, other) => {
      const [silent, broken, honest] = (await strangers(3)).map(({ peerId }) => peerId);
      dht.closest = [silent!, broken!, honest!];
      dht.local = [other.node.peerId];
      dht.answers = (id) => (id === silent!.toString() ? 'silent' : id === broken!.toString() ? 'error' : [honest!]);
      const found = collect(keywords.find(['parser'], never));
      await until(() => dht.asked.length === 3);
      timeouts.expire();
      assert.deepEqual(new Set(await found), new Set([other.id, honest!.toString()]));
    });
  });

  it('ends without an error when the caller cancels, and finds nothing when it is switched off', async () => {
    await withKeywords(async (keywords, dht, peer) => {
      const [silent] = (await strangers(1)).map(({ peerId }) => peerId);
      dht.closest = [silent!];
      dht.answers = () => 'silent';
      const canceled = new AbortController();
      const found = collect(keywords.find(['parser'], canceled.signal));
      await until(() => dht.asked.length === 1);
      canceled.abort(new Error('The user typed on'));
      assert.deepEqual(await found, []);
      peer.enabledProtocols.delete('keywords');
      assert.deepEqual(await collect(keywords.find(['parser'], never)), []);
      assert.equal(dht.asked.length, 1);
    });
  });
});

describe('a search by keywords', () => {
  manualTimeouts();

  it('asks the providers that it finds, except banned and ignored ones', async () => {
    await withPeers(new FakeNetwork(), 3, async (peer, provider, banned) => {
      provider.publish('parser', { metadata: { tags: ['json'] } });
      banned.publish('parser-of-a-banned-peer');
      for (const one of [provider, banned]) await new Search(one).start();
      peer.peerReputation.ban(banned.id, 'It misbehaved.');
      const find = async function* (tokens: readonly string[]): AsyncGenerator<PeerId> {
        assert.deepEqual(tokens, ['parser', 'json']);
        yield* await Promise.resolve([banned.node.peerId, provider.node.peerId]);
      };
      const { peerReputation, telemetry, stopped } = peer;
      const deps = { keywords: { find }, search: new Search(peer), peerReputation, telemetry, stopped };
      const options = { fanOut: 5, signal: never, timeoutMs: 10_000, onUpdate: () => undefined };
      const result = await searchKeywordProviders(deps, { text: 'parser', tags: ['json'] }, options);
      assert.deepEqual([result.asked, result.answered], [1, 1]);
      assert.deepEqual(peer.known(), ['parser']);
      const { asked } = await searchKeywordProviders(deps, { text: '-' }, options);
      assert.equal(asked, 0, 'a query without words asks no peer');
    });
  });
});

describe('the reprovider', () => {
  function withReprovider(
    work: (run: () => Promise<string>, dht: FakeDht, peer: TestPeer, other: TestPeer) => Promise<void>,
  ): Promise<void> {
    return withPeers(new FakeNetwork(), 2, async (peer, other) => {
      const dht = new FakeDht(peer.node.peerId);
      const { catalog, log, enabledProtocols, node } = peer;
      const libp2p = { services: { dht }, contentRouting: dht };
      const soon: string[] = [];
      const reprovider = new Reprovider({
        node: { libp2p, peers: () => node.peers() },
        scheduler: { runSoon: (name) => void soon.push(name) },
        ...{ catalog, log, enabledProtocols },
      });
      reprovider.schedule();
      assert.deepEqual(soon, [reprovider.task().name]);
      await work(async () => (await reprovider.task().run(never))?.detail ?? '', dht, peer, other);
    });
  }

  it('provides the content roots and the tokens of own packages once, and withdraws them with the package', async () => {
    await withReprovider(async (run, dht, peer) => {
      peer.publish('json-parser');
      assert.equal(await run(), '3 of 3 announced, 0 withdrawn');
      assert.ok(dht.provided.includes((await tokenKey('json')).toString()));
      assert.equal(await run(), '3 of 3 announced, 0 withdrawn');
      assert.equal(dht.provided.length, 3, 'nothing is provided again before its time');
      peer.catalog.seeding.stop(peer.key.id, 'json-parser', 1);
      assert.equal(await run(), '0 of 0 announced, 3 withdrawn');
      assert.equal(dht.canceled.length, 3);
    });
  });

  it('provides no tokens when keywords are switched off', async () => {
    await withReprovider(async (run, _dht, peer) => {
      peer.enabledProtocols.delete('keywords');
      peer.publish('json-parser');
      assert.equal(await run(), '1 of 1 announced, 0 withdrawn');
    });
  });

  it('tries again what no peer stored, and waits for a connection', async () => {
    await withReprovider(async (run, dht, peer, other) => {
      peer.publish('alpha');
      dht.replicas = 0;
      assert.equal(await run(), '0 of 2 announced, 0 withdrawn');
      dht.replicas = 1;
      assert.equal(await run(), '2 of 2 announced, 0 withdrawn');
      peer.publish('beta');
      await peer.node.libp2p.hangUp(other.node.peerId);
      assert.equal(await run(), 'no peers connected');
    });
  });
});

describe('the tokens of a text', () => {
  it('are its words without case and accents, each once', () => {
    assert.deepEqual(tokensOf('Größe größe, a JSON-parser (v2) ' + 'x'.repeat(65)), ['große', 'json', 'parser', 'v2']);
  });
});

import assert from 'node:assert/strict';
import type { QueryEvent } from '@libp2p/kad-dht';
import { createPublisherKey } from '../../../../../src/identity/publisher-key.ts';
import { headKey, parseHeadKey } from '../../../../../src/worker/protocols/heads/head-key.ts';
import { Heads } from '../../../../../src/worker/protocols/heads/index.ts';
import type { HeadDeps } from '../../../../../src/worker/protocols/heads/index.ts';
import { headValidator, selectHead } from '../../../../../src/worker/protocols/heads/server.ts';
import { sealedRecord } from '../../catalog/support.ts';
import { FakeNetwork } from '../support/fake-network.ts';
import { manualTimeouts } from '../support/manual-timeouts.ts';
import { withPeers } from '../support/test-peer.ts';
import type { TestPeer } from '../support/test-peer.ts';

const never = new AbortController().signal;
const key = createPublisherKey();

/** A DHT that answers as a test says, and keeps what was put. */
class FakeDht {
  readonly puts: { readonly key: string; readonly value: Uint8Array }[] = [];
  /** How many peers acknowledge a value. */
  replicas = 3;
  answers: (signal: AbortSignal) => AsyncIterable<Partial<QueryEvent>> | Iterable<Partial<QueryEvent>> = () => [];

  async *put(at: Uint8Array, value: Uint8Array): AsyncGenerator<QueryEvent> {
    await Promise.resolve();
    this.puts.push({ key: new TextDecoder().decode(at), value });
    for (let count = 0; count < this.replicas; count++) {
      yield { name: 'SEND_QUERY' } as QueryEvent;
      yield { name: 'PEER_RESPONSE', messageName: 'PUT_VALUE' } as QueryEvent;
    }
  }

  async *get(_at: Uint8Array, { signal = never }: { signal?: AbortSignal } = {}): AsyncGenerator<QueryEvent> {
    for await (const event of this.answers(signal)) {
      signal.throwIfAborted();
      yield event as QueryEvent;
    }
  }
}

function headsOf(peer: TestPeer, dht: FakeDht): Heads {
  const node: HeadDeps['node'] = { libp2p: { services: { dht } }, peers: () => peer.node.peers() };
  const { catalog, sink, telemetry, log, stopped, enabledProtocols } = peer;
  return new Heads({ node, catalog, sink, telemetry, log, stopped, enabledProtocols });
}

function withHeads(
  work: (heads: Heads, dht: FakeDht, peer: TestPeer, other: TestPeer) => Promise<void>,
): Promise<void> {
  return withPeers(new FakeNetwork(), 2, async (peer, other) => {
    const dht = new FakeDht();
    await work(headsOf(peer, dht), dht, peer, other);
  });
}

const value = (envelope: Uint8Array): Partial<QueryEvent> => ({ name: 'VALUE', value: envelope });

describe('heads', () => {
  manualTimeouts();

  it('puts a record under the key of its package, and returns how many peers stored it', async () => {
    await withHeads(async (heads, dht, { enabledProtocols }) => {
      const envelope = sealedRecord(key, 'alpha');
      assert.equal(await heads.put(key.id, 'alpha', envelope, never), 3);
      assert.deepEqual(dht.puts, [{ key: `/ggen/${key.id}/alpha`, value: envelope }]);
      enabledProtocols.delete('head');
      assert.equal(await heads.put(key.id, 'alpha', envelope, never), 0);
      assert.equal(await heads.fetch(key.id, 'alpha', never), false);
      assert.equal(dht.puts.length, 1);
    });
  });

  it('stores the newest of the records that peers answer', async () => {
    await withHeads(async (heads, dht, { catalog }) => {
      dht.answers = () => [
        value(sealedRecord(key, 'alpha', { seq: 1 })),
        {
          name: 'PEER_RESPONSE',
          record: { key: new Uint8Array(), value: sealedRecord(key, 'alpha', { seq: 3 }), timeReceived: new Date() },
        },
        value(sealedRecord(key, 'alpha', { seq: 2 })),
      ];
      assert.equal(await heads.fetch(key.id, 'alpha', never), true);
      assert.equal(catalog.packages.get(key.id, 'alpha')?.record.seq, 3);
    });
  });

  it('ends with the quorum, although peers go on answering', async () => {
    await withHeads(async (heads, dht) => {
      let asked = 0;
      dht.answers = function* () {
        for (;;) {
          asked++;
          yield value(sealedRecord(key, 'alpha'));
        }
      };
      assert.equal(await heads.fetch(key.id, 'alpha', never), true);
      assert.equal(asked, 6, 'five answers, and the one at which the query ends');
    });
  });

  it('does not count a record of another package, or bytes that are no record, as an answer', async () => {
    await withHeads(async (heads, dht, { catalog, log }) => {
      dht.answers = function* () {
        yield value(sealedRecord(key, 'beta'));
        yield value(new Uint8Array(20));
        throw new Error('No peer has it');
      };
      assert.equal(await heads.fetch(key.id, 'alpha', never), false);
      assert.equal(catalog.packages.get(key.id, 'alpha'), undefined);
      assert.match(log.lines.join('\n'), /Looking up .*alpha: No peer has it/);
    });
  });

  it('reports the replicas of a put that was interrupted, and throws when the caller canceled it', async () => {
    await withHeads(async (heads, dht) => {
      const interrupted = new AbortController();
      dht.put = async function* () {
        await Promise.resolve();
        yield { name: 'PEER_RESPONSE', messageName: 'PUT_VALUE' } as QueryEvent;
        throw new Error('The query was interrupted');
      };
      assert.equal(await heads.put(key.id, 'alpha', sealedRecord(key, 'alpha'), interrupted.signal), 1);
      interrupted.abort(new Error('The user canceled'));
      await assert.rejects(heads.put(key.id, 'alpha', sealedRecord(key, 'alpha'), interrupted.signal), /canceled/);
    });
  });

  it('republishes own packages: weakly stored ones after a minute, others after hours', async () => {
    const { now } = Date;
    await withHeads(async (heads, dht, peer, other) => {
      peer.publish('alpha');
      const run = async (): Promise<string> => (await heads.task().run(never))?.detail ?? '';
      assert.equal(await run(), '1 of 1 due');
      assert.equal(await run(), '0 of 0 due');
      try {
        Date.now = () => now() + 61_000;
        assert.equal(await run(), '0 of 0 due', 'all peers that are connected store it');
        Date.now = () => now() + 9 * 60 * 60 * 1000;
        assert.equal(await run(), '1 of 1 due');
      } finally {
        Date.now = now;
      }
      dht.replicas = 0;
      peer.publish('beta');
      assert.match(await run(), /^0 of \d due$/);
      await peer.node.libp2p.hangUp(other.node.peerId);
      assert.deepEqual(await heads.task().run(never), { detail: 'no peers connected', nextRunInMs: 2_000 });
    });
  });
});

describe('values of other peers', () => {
  async function validate(peer: TestPeer, envelope: Uint8Array, at = headKey(key.id, 'alpha')): Promise<void> {
    await headValidator(peer.catalog, peer.sink)(at, envelope);
  }

  it('are stored when they are valid, and accepted again', async () => {
    await withHeads(async (_heads, _dht, peer) => {
      await validate(peer, sealedRecord(key, 'alpha'));
      assert.deepEqual(peer.known(), ['alpha']);
      await validate(peer, sealedRecord(key, 'alpha'));
    });
  });

  it('are refused when they are older than the known record', async () => {
    await withHeads(async (_heads, _dht, peer) => {
      await validate(peer, sealedRecord(key, 'alpha', { seq: 2 }));
      await assert.rejects(validate(peer, sealedRecord(key, 'alpha', { seq: 1 })), /newer record/);
    });
  });

  it('are refused when they belong to another package, or are no record', async () => {
    await withHeads(async (_heads, _dht, peer) => {
      await assert.rejects(validate(peer, sealedRecord(key, 'beta')), /another package/);
      await assert.rejects(validate(peer, sealedRecord(createPublisherKey(), 'alpha')), /another package/);
      await assert.rejects(validate(peer, new Uint8Array(50)));
      const forged = Uint8Array.from(sealedRecord(key, 'alpha'));
      forged[forged.length - 1]! ^= 1;
      await assert.rejects(validate(peer, forged));
      assert.deepEqual(peer.known(), []);
    });
  });

  it('are refused when they contradict what the publisher signed before', async () => {
    await withHeads(async (_heads, _dht, peer) => {
      await validate(peer, sealedRecord(key, 'alpha', { releases: [{ version: '1.0.0' }, { version: '2.0.0' }] }));
      await assert.rejects(validate(peer, sealedRecord(key, 'alpha', { seq: 2 })), /missing releases/);
    });
  });

  it('select the newest one', () => {
    const values = [1, 3, 2].map((seq) => sealedRecord(key, 'alpha', { seq }));
    assert.equal(selectHead(headKey(key.id, 'alpha'), values), 1);
  });
});

describe('the DHT key of a package', () => {
  it('holds the publisher and the name', () => {
    assert.deepEqual(parseHeadKey(headKey(key.id, 'alpha')), { publisher: key.id, name: 'alpha' });
  });

  for (const text of [
    '',
    '/ggen',
    '/ipns/x/alpha',
    `/ggen/${key.id}/alpha/more`,
    '/ggen/not-a-key/alpha',
    `/ggen/${key.id}/../x`,
  ])
    it(`is not '${text.replace(key.id, '<publisher>')}'`, () => {
      assert.throws(() => parseHeadKey(new TextEncoder().encode(text)));
    });
});

import assert from 'node:assert/strict';
import type { PeerId } from '@libp2p/interface';
import { FakeNetwork } from '../unit/worker/protocols/support/fake-network.ts';

const ECHO = '/test/echo/1.0.0';

describe('the fake network', () => {
  it('opens streams, over a new connection where there is none', async () => {
    const network = new FakeNetwork();
    const [one, other] = [await network.node(), await network.node()];
    const asked: string[] = [];
    await other.libp2p.handle(ECHO, (stream, { remotePeer }) => {
      asked.push(remotePeer.toString());
      stream.addEventListener('message', ({ data }) => stream.send(data));
    });
    const stream = await one.libp2p.dialProtocol(other.peerId, ECHO);
    const answer = new Promise((resolve) => {
      stream.addEventListener('message', ({ data }) => {
        resolve(Buffer.from(data.subarray()).toString());
      });
    });
    stream.send(Buffer.from('hello'));
    assert.equal(await answer, 'hello');
    assert.deepEqual(asked, [one.id]);
    assert.deepEqual(one.peers(), [other.peerId]);
    await assert.rejects(one.libp2p.dialProtocol(other.peerId, '/test/none'), { name: 'UnsupportedProtocolError' });
  });

  it('tells a topology of peers that speak its protocol, and breaks streams with the connection', async () => {
    const network = new FakeNetwork();
    const [one, other] = [await network.node(), await network.node()];
    await other.libp2p.handle(ECHO, () => undefined);
    const events: string[] = [];
    const connected = Promise.withResolvers<PeerId>();
    await one.libp2p.register(ECHO, {
      onConnect: connected.resolve,
      onDisconnect: () => void events.push('disconnected'),
    });
    network.connect(one, other);
    assert.equal(await connected.promise, other.peerId);
    const stream = await one.libp2p.dialProtocol(other.peerId, ECHO);
    await one.libp2p.hangUp(other.peerId);
    assert.equal(stream.status, 'aborted');
    assert.deepEqual(events, ['disconnected']);
    assert.deepEqual([...one.peers(), ...other.peers()], []);
  });

  it('resets a stream above the number that the handler allows', async () => {
    const network = new FakeNetwork();
    const [one, other] = await network.star(2);
    await other.libp2p.handle(ECHO, () => undefined, { maxInboundStreams: 1 });
    await one.libp2p.dialProtocol(other.peerId, ECHO);
    const second = await one.libp2p.dialProtocol(other.peerId, ECHO);
    await new Promise((resolve) => {
      second.addEventListener('close', resolve);
    });
    assert.equal(second.status, 'reset');
  });
});

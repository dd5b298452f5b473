import assert from 'node:assert/strict';
import { listenAddressProblem, peerAddressProblem } from '../../../../src/extension/ui/multiaddr.ts';
import { t } from '../localize.ts';

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

describe('the form of multiaddrs', () => {
  for (const address of [
    `/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`,
    `/ip6/2001:db8::7/tcp/4001/p2p/${PEER}`,
    `/dns4/peer.example.org/tcp/443/p2p/${PEER}`,
    `/dns/localhost/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N`,
  ]) {
    it(`accepts ${address.slice(0, 40)}…`, () => {
      assert.equal(peerAddressProblem(address, t), undefined);
    });
  }

  for (const [address, fault] of [
    ['', /must end in \/p2p/],
    ['192.0.2.7:4001', /must end in \/p2p/],
    ['/ip4/192.0.2.7/tcp/4001', /must end in \/p2p/],
    [`/ip4/192.0.2.7/tcp/4001/p2p/`, /must end in \/p2p/],
    [`/ip4/192.0.2.7/tcp/4001/p2p/${PEER}0`, /is not a valid peer ID/],
    [`/ip4/192.0.2.7/tcp/4001/p2p/me`, /is not a valid peer ID/],
    [`/ip4/192.0.2.300/tcp/4001/p2p/${PEER}`, /with a host and a TCP port/],
    [`/ip4/192.0.2.7/udp/4001/p2p/${PEER}`, /with a host and a TCP port/],
    [`/ip4/192.0.2.7/tcp/4001/ws/p2p/${PEER}`, /with a host and a TCP port/],
    [`/ip4/192.0.2.7/tcp/70000/p2p/${PEER}`, /at most 65535/],
    [`/dns4/-/tcp/1/p2p/${PEER}`, /with a host and a TCP port/],
    [` /ip4/192.0.2.7/tcp/4001/p2p/${PEER}`, /with a host and a TCP port/],
  ] as const) {
    it(`rejects '${address.slice(0, 40)}'`, () => {
      assert.match(peerAddressProblem(address, t) ?? 'taken', fault);
    });
  }

  it('accepts listen addresses only without a peer ID', () => {
    assert.equal(listenAddressProblem('/ip4/0.0.0.0/tcp/0', t), undefined);
    assert.equal(listenAddressProblem('/ip6/::/tcp/4001', t), undefined);
    assert.match(listenAddressProblem(`/ip4/0.0.0.0/tcp/0/p2p/${PEER}`, t) ?? 'taken', /host and a TCP port/);
    assert.match(listenAddressProblem('0.0.0.0', t) ?? 'taken', /host and a TCP port/);
  });
});

import * as vscode from 'vscode';
import type { PeerSummary } from '../../shared/model.ts';
import { formatRtt, formatTime, shortId } from '../ui/format.ts';
import { plainText } from '../ui/plain-text.ts';
import { standingText } from '../ui/standing-text.ts';

const { t } = vscode.l10n;

/** The name that the peer claims, or the end of its id. */
export function peerName(peer: Pick<PeerSummary, 'id' | 'name'>): string {
  const claimed = plainText(peer.name, 64);
  return claimed === '' ? shortId(peer.id) : claimed;
}

/** Standing where it is not the usual one and why, address, round-trip time and since when, in one line. */
export function peerLine(peer: PeerSummary): string {
  const { standing, standingReason = '' } = peer;
  return [
    ...(standing === 'normal' ? [] : [standingText(peer, t, vscode.env.language)]),
    ...(standing === 'banned' ? [plainText(standingReason, 100)] : []),
    ...(peer.name === '' ? [] : [shortId(peer.id)]),
    hostAndPort(peer.address),
    ...(peer.rtt === undefined || !peer.connected ? [] : [formatRtt(peer.rtt)]),
    ...(peer.since === undefined ? [] : [t('since {0}', formatTime(peer.since, Date.now(), vscode.env.language))]),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** A multiaddr that ends in the peer's id. */
export function withPeerId(address: string, id: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${id}`;
}

/** `/ip4/127.0.0.1/tcp/4001/p2p/…` as `127.0.0.1:4001`; other forms as they are. */
function hostAndPort(address: string): string {
  const match = /^\/(ip4|ip6|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  if (match === null) return plainText(address, 100);
  const [, kind, host, port] = match;
  return plainText(kind === 'ip6' ? `[${host ?? ''}]:${port ?? ''}` : `${host ?? ''}:${port ?? ''}`, 100);
}

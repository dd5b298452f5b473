import * as vscode from 'vscode';
import type { PeerSummary } from '../../shared/model.ts';
import { formatRtt, formatTime, shortId } from '../ui/format.ts';
import { plainText } from '../ui/plain-text.ts';
import { standingText } from '../ui/standing-text.ts';

const { t } = vscode.l10n;

/** The peer's claimed name, or the end of its peer ID. */
export function peerName(peer: Pick<PeerSummary, 'id' | 'name'>): string {
  const claimed = plainText(peer.name, 64);
  return claimed === '' ? shortId(peer.id) : claimed;
}

/** Standing unless normal, reason of a ban, peer ID, address, round-trip time and connection time in one line. */
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

/** The multiaddr with `/p2p/<peer ID>` appended when it has none. */
export function withPeerId(address: string, id: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${id}`;
}

/** `/ip4/127.0.0.1/tcp/4001/p2p/…` as `127.0.0.1:4001`; other forms are kept. */
function hostAndPort(address: string): string {
  const match = /^\/(ip4|ip6|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  if (match === null) return plainText(address, 100);
  const [, kind, host, port] = match;
  return plainText(kind === 'ip6' ? `[${host ?? ''}]:${port ?? ''}` : `${host ?? ''}:${port ?? ''}`, 100);
}

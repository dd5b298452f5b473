import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions.ts';
import type { PeerSummary } from '../../shared/model.ts';
import { countPeers, formatRtt } from '../ui/format.ts';
import { peerIcon, standingMeaning, standingText } from '../ui/standing-text.ts';
import { tooltip } from './tooltip.ts';
import type { PeerGroupNode, PeersNode } from './peer-nodes.ts';
import { peerLine, peerName } from './peer-texts.ts';

const { t } = vscode.l10n;
const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** The tree item of a node of the Peers view. */
export function peersItem(node: PeersNode): vscode.TreeItem {
  return node.kind === 'peer' ? peerItem(node.peer) : groupItem(node);
}

function peerItem(peer: PeerSummary): vscode.TreeItem {
  const name = peerName(peer);
  const item = new vscode.TreeItem(name, None);
  item.id = peer.id;
  item.iconPath = new vscode.ThemeIcon(peerIcon(peer));
  item.description = peerLine(peer);
  item.tooltip = peerTooltip(peer);
  item.contextValue = ['peer', peer.standing, ...(peer.address === '' ? [] : ['addressed'])].join(' ');
  item.command = { command: COMMANDS.showPeer, title: t('Show Peer Details'), arguments: [{ kind: 'peer', peer }] };
  item.accessibilityInformation = {
    label: peer.connected
      ? t('Peer {0}, {1}', name, item.description)
      : t('Peer {0}, disconnected, {1}', name, item.description),
  };
  return item;
}

/** Banned peers are expanded, so that they can be unbanned; disconnected peers are collapsed. */
function groupItem({ group, peers }: PeerGroupNode): vscode.TreeItem {
  const label = group === 'banned' ? t('Banned') : t('Disconnected');
  const item = new vscode.TreeItem(label, group === 'banned' ? Expanded : Collapsed);
  item.id = `group:${group}`;
  item.iconPath = new vscode.ThemeIcon(group === 'banned' ? 'circle-slash' : 'debug-disconnect');
  item.description = String(peers.length);
  item.contextValue = 'group';
  item.accessibilityInformation = { label: `${label}: ${countPeers(peers.length, t)}` };
  return item;
}

function peerTooltip(peer: PeerSummary): vscode.MarkdownString {
  const { connected, since, rtt, standing, direction } = peer;
  const standingLine = `${standingText(peer, t, vscode.env.language)}. ${standingMeaning(standing, t)}`;
  return tooltip(peerName(peer), peer.name === '' ? '' : t('The name is claimed by the peer, not verified.'), [
    [t('Peer ID'), peer.id],
    [connected ? t('Address') : t('Last known address'), peer.address],
    [t('Standing'), standing === 'normal' ? undefined : standingLine],
    [t('Reason'), peer.standingReason],
    [t('Connection opened by'), openedBy(direction)],
    [
      t('Connected since'),
      since === undefined ? t('disconnected') : new Date(since).toLocaleString(vscode.env.language),
    ],
    [t('Round-trip time'), connected ? roundTrip(rtt) : undefined],
    [t('Claims to provide'), peer.packages === 1 ? t('1 package') : t('{0} packages', peer.packages)],
    [t('Reputation'), t('{0} of 1.00', peer.reputation.toFixed(2))],
  ]);
}

function openedBy(direction: PeerSummary['direction']): string | undefined {
  if (direction === undefined) return undefined;
  return direction === 'inbound' ? t('remote peer') : t('this node');
}

function roundTrip(rtt: number | undefined): string {
  return rtt === undefined ? t('not measured yet') : formatRtt(rtt);
}

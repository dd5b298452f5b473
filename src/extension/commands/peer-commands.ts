import * as vscode from 'vscode';
import { VIEWS } from '../../shared/contributions.ts';
import { GgenError } from '../../shared/errors.ts';
import type { PeerDetails, PeerSummary } from '../../shared/model.ts';
import { bounded } from '../engine/bounded.ts';
import type { Services } from '../services.ts';
import type { FactGroup } from '../ui/facts.ts';
import { addressFact, showFacts } from '../ui/facts.ts';
import { formatRtt } from '../ui/format.ts';
import { isPeerNode, peerLine, peerName } from '../views/peers-tree.ts';

const { t } = vscode.l10n;
const PEER_BOUND = 5_000;

/** What is known of a peer: of the item, else of the one that the user picks. */
export async function showPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = isPeerNode(argument) ? argument.peer : await pickPeer(services);
  if (peer === undefined) return;
  const engine = await services.host.engine();
  const details = await bounded(PEER_BOUND, undefined, (signal) => engine.peer({ id: peer.id }, { signal }));
  await showFacts(t('Peer {0}', peerName(details)), peerGroups(details));
}

/** Bring the Peers view up. */
export async function listPeers(): Promise<void> {
  await vscode.commands.executeCommand(`${VIEWS.peers}.focus`);
}

/** Copy the address of the item's peer, or of this machine's own node. */
export async function copyPeerAddress(services: Services, argument?: unknown): Promise<void> {
  if (isPeerNode(argument)) {
    await copy(
      withPeerId(argument.peer.address, argument.peer.id),
      t('Address of {0} copied', peerName(argument.peer)),
    );
    return;
  }
  const { node, state } = services.model;
  if (state !== 'running') throw new GgenError('NodeNotRunning', 'The node is stopped, so it has no address.');
  const address = await pickAddress(node.addresses);
  if (address !== undefined) await copy(address, t('Your peer address copied: send it to whoever shall join you'));
}

async function copy(text: string, done: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 5_000);
}

async function pickPeer({ model }: Services): Promise<PeerSummary | undefined> {
  const peers = model.connectedPeers;
  if (peers.length === 0) {
    throw new GgenError('PeerNotFound', t('No peer is connected.'));
  }
  const picked = await vscode.window.showQuickPick(
    peers.map((peer) => ({ label: peerName(peer), description: peerLine(peer), peer })),
    { title: t('Show Peer Details'), placeHolder: t('Which peer?'), matchOnDescription: true },
  );
  return picked?.peer;
}

/** Addresses that others can use come first; those of this machine alone only serve where there are no others. */
async function pickAddress(addresses: readonly string[]): Promise<string | undefined> {
  const outside = addresses.filter((address) => !/^\/(ip4\/127\.|ip6\/::1\/)/.test(address));
  const offered = outside.length > 0 ? outside : addresses;
  if (offered.length === 0)
    throw new GgenError('NodeNotRunning', t('The node listens on no address. Check the setting ggen.node.listen.'));
  if (offered.length === 1) return offered[0];
  return await vscode.window.showQuickPick(offered, {
    title: t('Copy Peer Address'),
    placeHolder: t('This machine has several addresses. Which one can the other peer reach?'),
  });
}

function withPeerId(address: string, id: string): string {
  return address.includes('/p2p/') ? address : `${address}/p2p/${id}`;
}

function peerGroups(peer: PeerDetails): FactGroup[] {
  const since = peer.since === undefined ? undefined : new Date(peer.since).toLocaleString(vscode.env.language);
  return [
    {
      title: t('Peer'),
      facts: [
        ...(peer.name === '' ? [] : [{ label: t('Claimed name'), value: peer.name, icon: 'person' }]),
        { label: t('Peer id'), value: peer.id, icon: 'key' },
        { label: t('State'), value: since === undefined ? t('away') : t('connected since {0}', since), icon: 'plug' },
        ...(peer.rtt === undefined ? [] : [{ label: t('Round-trip time'), value: formatRtt(peer.rtt), icon: 'clock' }]),
        ...(peer.agent === '' ? [] : [{ label: t('Software'), value: peer.agent, icon: 'info' }]),
      ],
    },
    { title: t('Reputation'), facts: reputationFacts(peer) },
    { title: t('Addresses'), facts: addressesOf(peer).map(addressFact) },
    { title: t('Serves'), facts: peer.provides.map((id) => ({ label: t('Package'), value: id, icon: 'package' })) },
    { title: t('Protocols'), facts: peer.protocols.map((id) => ({ label: t('Protocol'), value: id, icon: 'plug' })) },
  ];
}

function addressesOf(peer: PeerDetails): readonly string[] {
  const all = [peer.address, ...peer.addresses].filter((address) => address !== '');
  return [...new Set(all.map((address) => withPeerId(address, peer.id)))];
}

function reputationFacts(peer: PeerDetails): FactGroup['facts'] {
  const answers = t('{0} answered, {1} failed', peer.successes, peer.failures);
  return [
    { label: t('Score'), value: peer.reputation.toFixed(2), icon: 'star-empty' },
    { label: t('Questions'), value: answers, icon: 'comment' },
    ...(peer.averageResponse === undefined
      ? []
      : [{ label: t('Average answer time'), value: formatRtt(peer.averageResponse), icon: 'clock' }]),
  ];
}

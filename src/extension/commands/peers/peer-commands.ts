import * as vscode from 'vscode';
import { VIEWS } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';
import { bounded } from '../../engine/bounded.ts';
import type { Services } from '../../services.ts';
import { showFacts } from '../../ui/facts.ts';
import { isPeerNode } from '../../views/peer-nodes.ts';
import { peerName, withPeerId } from '../../views/peer-texts.ts';
import { peerGroups } from './peer-facts.ts';
import { peerOf } from './pick-peer.ts';

const { t } = vscode.l10n;
const PEER_BOUND = 5_000;

/** What is known of a peer: of the item, else of the one that the user picks. */
export async function showPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await peerOf(services, argument, {
    title: t('Show Peer Details'),
    fits: () => true,
    none: t('No peer is known yet.'),
  });
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
    if (argument.peer.address === '') throw new GgenError('PeerNotFound', t('No address of this peer is known.'));
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

import * as vscode from 'vscode';
import { VIEWS } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { showDetails } from '../../ui/details.ts';
import { isPeerNode } from '../../views/peer-nodes.ts';
import { peerName, withPeerId } from '../../views/peer-texts.ts';
import { peerGroups } from './peer-details.ts';
import { resolvePeer } from './pick-peer.ts';

const { t } = vscode.l10n;
const PEER_TIMEOUT_MS = 5_000;

/** Show the details of a peer: that of the tree item, or one that the user picks. */
export async function showPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await resolvePeer(services, argument, {
    title: t('Show Peer Details'),
    filter: () => true,
    emptyMessage: t('There are no known peers yet.'),
  });
  if (peer === undefined) return;
  const engine = await services.client.engine();
  const details = await callWithTimeout(PEER_TIMEOUT_MS, undefined, (signal) =>
    engine.peer({ id: peer.id }, { signal }),
  );
  await showDetails(t('Peer {0}', peerName(details)), peerGroups(details));
}

/** Focus the Peers view. */
export async function listPeers(): Promise<void> {
  await vscode.commands.executeCommand(`${VIEWS.peers}.focus`);
}

/** Copy the address of the tree item's peer; without an item, an address of this node. */
export async function copyPeerAddress(services: Services, argument?: unknown): Promise<void> {
  if (isPeerNode(argument)) {
    if (argument.peer.address === '') throw new GgenError('PeerNotFound', t('This peer has no known address.'));
    await copy(
      withPeerId(argument.peer.address, argument.peer.id),
      t('Address of {0} copied', peerName(argument.peer)),
    );
    return;
  }
  const { node, state } = services.model;
  if (state !== 'running') throw new GgenError('NodeNotRunning', t('The node is stopped, so it has no address.'));
  const address = await pickAddress(node.addresses);
  if (address !== undefined)
    await copy(address, t('Peer address copied. Send it to the person you want to connect with.'));
}

async function copy(text: string, done: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(check) ${done}`, 5_000);
}

/** Pick an address that other machines can reach; loopback addresses are offered only when there are no others. */
async function pickAddress(addresses: readonly string[]): Promise<string | undefined> {
  const outside = addresses.filter((address) => !/^\/(ip4\/127\.|ip6\/::1\/)/.test(address));
  const offered = outside.length > 0 ? outside : addresses;
  if (offered.length === 0)
    throw new GgenError(
      'NodeNotRunning',
      t('The node is not listening on any address. Check the ggen.node.listen setting.'),
    );
  if (offered.length === 1) return offered[0];
  return await vscode.window.showQuickPick(offered, {
    title: t('Copy Peer Address'),
    placeHolder: t('Select an address that the other peer can reach'),
  });
}

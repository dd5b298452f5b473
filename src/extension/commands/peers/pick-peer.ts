import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { PeerSummary } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { peerIcon } from '../../ui/standing-text.ts';
import { isPeerNode } from '../../views/peer-nodes.ts';
import { peerLine, peerName } from '../../views/peer-texts.ts';

const { t } = vscode.l10n;
const READ_TIMEOUT_MS = 5_000;

export interface PeerPickOptions {
  readonly title: string;
  /** Selects the peers that are offered. */
  readonly filter: (peer: PeerSummary) => boolean;
  /** Message of the error when no peer is offered. */
  readonly emptyMessage: string;
}

/**
 * The peer of the tree item, or one that the user picks, connected peers first. Undefined when the user cancels.
 *
 * @throws GgenError PeerNotFound when no peer matches the filter
 */
export async function resolvePeer(
  { client }: Services,
  argument: unknown,
  { title, filter, emptyMessage }: PeerPickOptions,
): Promise<PeerSummary | undefined> {
  if (isPeerNode(argument)) return argument.peer;
  const engine = await client.engine();
  const all = await callWithTimeout(READ_TIMEOUT_MS, undefined, (signal) => engine.peers({}, { signal }));
  const peers = all.filter(filter);
  if (peers.length === 0) throw new GgenError('PeerNotFound', emptyMessage);
  const items = peers.map((peer) => ({
    label: `$(${peerIcon(peer)}) ${peerName(peer)}`,
    description: peerLine(peer),
    peer,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('Select a peer'),
    matchOnDescription: true,
  });
  return picked?.peer;
}

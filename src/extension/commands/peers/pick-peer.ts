import * as vscode from 'vscode';
import { GgenError } from '../../../shared/errors.ts';
import type { PeerSummary } from '../../../shared/model.ts';
import { bounded } from '../../engine/bounded.ts';
import type { Services } from '../../services.ts';
import { peerIcon } from '../../ui/standing.ts';
import { isPeerNode } from '../../views/peer-nodes.ts';
import { peerLine, peerName } from '../../views/peer-texts.ts';

const { t } = vscode.l10n;
const READ_BOUND = 5_000;

export interface PeerQuestion {
  readonly title: string;
  /** Which peers come into question. */
  readonly fits: (peer: PeerSummary) => boolean;
  /** What to say when none does. */
  readonly none: string;
}

/**
 * The peer of the item, else the one that the user picks, connected ones first; undefined when they leave.
 *
 * @throws GgenError PeerNotFound when there is none to pick
 */
export async function peerOf(
  { host }: Services,
  argument: unknown,
  { title, fits, none }: PeerQuestion,
): Promise<PeerSummary | undefined> {
  if (isPeerNode(argument)) return argument.peer;
  const engine = await host.engine();
  const all = await bounded(READ_BOUND, undefined, (signal) => engine.peers({}, { signal }));
  const peers = all.filter(fits);
  if (peers.length === 0) throw new GgenError('PeerNotFound', none);
  const items = peers.map((peer) => ({
    label: `$(${peerIcon(peer)}) ${peerName(peer)}`,
    description: peerLine(peer),
    peer,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('Which peer?'),
    matchOnDescription: true,
  });
  return picked?.peer;
}

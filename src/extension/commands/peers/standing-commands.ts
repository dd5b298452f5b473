import * as vscode from 'vscode';
import type { Engine } from '../../../shared/api.ts';
import type { PeerSummary } from '../../../shared/model.ts';
import { bounded } from '../../engine/bounded.ts';
import type { Services } from '../../services.ts';
import { peerName } from '../../views/peer-texts.ts';
import { peerOf } from './pick-peer.ts';

const { t } = vscode.l10n;
const CHANGE_BOUND = 10_000;
const DAY = 24 * 60 * 60 * 1000;
/** Longest reason that the engine keeps. */
const REASON_LENGTH = 200;

/** Have nothing to do with a peer any more: asks how long, and why. */
export async function banPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await peerOf(services, argument, {
    title: t('Ban Peer'),
    fits: ({ standing }) => standing !== 'banned',
    none: t('No peer is known that could be banned.'),
  });
  const days = peer && (await askDuration(peer));
  if (days === undefined || peer === undefined) return;
  const reason = await askReason(peer);
  if (reason === undefined) return;
  const request = { id: peer.id, reason, ...(days === Infinity ? {} : { until: Date.now() + days * DAY }) };
  await change(services, (engine, signal) => engine.banPeer(request, { signal }));
  done(t('{0} is banned', peerName(peer)));
}

/** Lift a ban, whoever made it. */
export async function unbanPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await peerOf(services, argument, {
    title: t('Lift Ban'),
    fits: ({ standing }) => standing === 'banned',
    none: t('No peer is banned.'),
  });
  if (peer === undefined) return;
  await change(services, (engine, signal) => engine.unbanPeer({ id: peer.id }, { signal }));
  done(t('The ban on {0} is lifted', peerName(peer)));
}

/** Prefer a peer in everything; lifts a ban. */
export async function trustPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await peerOf(services, argument, {
    title: t('Trust Peer'),
    fits: ({ standing }) => standing !== 'trusted',
    none: t('No peer is known that could be trusted.'),
  });
  if (peer === undefined) return;
  await change(services, (engine, signal) => engine.trustPeer({ id: peer.id, trusted: true }, { signal }));
  done(t('{0} is trusted', peerName(peer)));
}

/** Treat a trusted peer like any other again. */
export async function untrustPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await peerOf(services, argument, {
    title: t('Stop Trusting Peer'),
    fits: ({ standing }) => standing === 'trusted',
    none: t('No peer is trusted.'),
  });
  if (peer === undefined) return;
  await change(services, (engine, signal) => engine.trustPeer({ id: peer.id, trusted: false }, { signal }));
  done(t('{0} is treated like any other peer again', peerName(peer)));
}

/** In days; infinite for a ban that does not end by itself. The choice is the confirmation as well. */
async function askDuration(peer: PeerSummary): Promise<number | undefined> {
  const items = [
    {
      label: `$(circle-slash) ${t('Ban until I lift it')}`,
      detail: t('No connection with it from now on, and no record is taken from it.'),
      days: Infinity,
    },
    { label: `$(clock) ${t('Ban for one day')}`, days: 1 },
    { label: `$(clock) ${t('Ban for a week')}`, days: 7 },
    { label: `$(close) ${t('Do not ban')}`, days: undefined },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: t('Ban {0}?', peerName(peer)) });
  return picked?.days;
}

async function askReason(peer: PeerSummary): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: t('Ban {0}', peerName(peer)),
    prompt: t('Why? Only you see it, beside the ban. Press Enter to ban, with or without a reason.'),
    placeHolder: t('Reason, optional'),
    validateInput: (text) =>
      text.length > REASON_LENGTH ? t('A reason has at most {0} characters.', REASON_LENGTH) : undefined,
  });
}

async function change(services: Services, call: (engine: Engine, signal: AbortSignal) => Promise<unknown>) {
  const engine = await services.host.engine();
  await bounded(CHANGE_BOUND, undefined, (signal) => call(engine, signal));
}

function done(text: string): void {
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5_000);
}

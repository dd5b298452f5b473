import * as vscode from 'vscode';
import type { Engine } from '../../../shared/api/index.ts';
import type { PeerSummary } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { Services } from '../../services.ts';
import { peerName } from '../../views/peer-texts.ts';
import { resolvePeer } from './pick-peer.ts';

const { t } = vscode.l10n;
const CHANGE_TIMEOUT_MS = 10_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Maximum length of a reason that the engine stores, in characters. */
const MAX_REASON_LENGTH = 200;

/** Ban a peer after asking for the duration and a reason. */
export async function banPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await resolvePeer(services, argument, {
    title: t('Ban Peer'),
    filter: ({ standing }) => standing !== 'banned',
    emptyMessage: t('There are no peers to ban.'),
  });
  const days = peer && (await askDuration(peer));
  if (days === undefined || peer === undefined) return;
  const reason = await askReason(peer);
  if (reason === undefined) return;
  const request = { id: peer.id, reason, ...(days === Infinity ? {} : { until: Date.now() + days * DAY_MS }) };
  await callEngine(services, (engine, signal) => engine.banPeer(request, { signal }));
  showDone(t('{0} banned', peerName(peer)));
}

/** Unban a peer that the user or the engine banned. */
export async function unbanPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await resolvePeer(services, argument, {
    title: t('Unban Peer'),
    filter: ({ standing }) => standing === 'banned',
    emptyMessage: t('No peers are banned.'),
  });
  if (peer === undefined) return;
  await callEngine(services, (engine, signal) => engine.unbanPeer({ id: peer.id }, { signal }));
  showDone(t('{0} unbanned', peerName(peer)));
}

/** Trust a peer, which also unbans it. */
export async function trustPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await resolvePeer(services, argument, {
    title: t('Trust Peer'),
    filter: ({ standing }) => standing !== 'trusted',
    emptyMessage: t('There are no peers to trust.'),
  });
  if (peer === undefined) return;
  await callEngine(services, (engine, signal) => engine.trustPeer({ id: peer.id, trusted: true }, { signal }));
  showDone(t('{0} is now trusted', peerName(peer)));
}

/** Make a trusted peer neutral again. */
export async function untrustPeer(services: Services, argument?: unknown): Promise<void> {
  const peer = await resolvePeer(services, argument, {
    title: t('Stop Trusting Peer'),
    filter: ({ standing }) => standing === 'trusted',
    emptyMessage: t('No peers are trusted.'),
  });
  if (peer === undefined) return;
  await callEngine(services, (engine, signal) => engine.trustPeer({ id: peer.id, trusted: false }, { signal }));
  showDone(t('{0} is no longer trusted', peerName(peer)));
}

/** The duration in days; infinite for a ban without an end. Picking a duration confirms the ban. */
async function askDuration(peer: PeerSummary): Promise<number | undefined> {
  const items = [
    {
      label: `$(circle-slash) ${t('Ban until I unban it')}`,
      detail: t('Blocks connections and rejects records from this peer.'),
      days: Infinity,
    },
    { label: `$(clock) ${t('Ban for 1 day')}`, days: 1 },
    { label: `$(clock) ${t('Ban for 1 week')}`, days: 7 },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: t('Ban {0}?', peerName(peer)) });
  return picked?.days;
}

async function askReason(peer: PeerSummary): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: t('Ban {0}', peerName(peer)),
    prompt: t('Enter a reason, which only you can see. Press Enter to ban the peer.'),
    placeHolder: t('Reason (optional)'),
    validateInput: (text) =>
      text.length > MAX_REASON_LENGTH ? t('The reason must be at most {0} characters.', MAX_REASON_LENGTH) : undefined,
  });
}

async function callEngine(services: Services, call: (engine: Engine, signal: AbortSignal) => Promise<unknown>) {
  const engine = await services.client.engine();
  await callWithTimeout(CHANGE_TIMEOUT_MS, undefined, (signal) => call(engine, signal));
}

function showDone(text: string): void {
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5_000);
}

import * as vscode from 'vscode';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;
const CHANGE_TIMEOUT_MS = 10_000;

/** Pause or resume seeding. Fetching and installing continue while it is paused. */
export async function pauseSeeding({ client }: Services, paused: boolean): Promise<void> {
  const engine = await client.engine();
  await callWithTimeout(CHANGE_TIMEOUT_MS, undefined, (signal) => engine.pauseSeeding({ paused }, { signal }));
  const text = paused ? t('Seeding paused until you resume it') : t('Seeding resumed');
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5_000);
}

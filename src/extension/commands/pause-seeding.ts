import * as vscode from 'vscode';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;
const CHANGE_TIMEOUT_MS = 10_000;

/** Hand out nothing to other peers for now, or take that back. What is fetched or installed here goes on. */
export async function pauseSeeding({ client }: Services, paused: boolean): Promise<void> {
  const engine = await client.engine();
  await callWithTimeout(CHANGE_TIMEOUT_MS, undefined, (signal) => engine.pauseSeeding({ paused }, { signal }));
  const text = paused ? t('Seeding paused until you resume it') : t('Seeding resumed');
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5_000);
}

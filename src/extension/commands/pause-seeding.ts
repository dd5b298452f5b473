import * as vscode from 'vscode';
import { bounded } from '../engine/bounded.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;
const CHANGE_BOUND = 10_000;

/** Hand out nothing to other peers for now, or take that back. What is fetched or installed here goes on. */
export async function pauseSeeding({ host }: Services, paused: boolean): Promise<void> {
  const engine = await host.engine();
  await bounded(CHANGE_BOUND, undefined, (signal) => engine.pauseSeeding({ paused }, { signal }));
  const text = paused ? t('Seeding is paused until you resume it') : t('Seeding is resumed');
  vscode.window.setStatusBarMessage(`$(check) ${text}`, 5_000);
}

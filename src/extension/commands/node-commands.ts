import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { withWindowProgress } from '../ui/progress.ts';

const { t } = vscode.l10n;

/** Start the node with the current settings. */
export async function startNode(services: Services): Promise<void> {
  await withWindowProgress(t('Starting the node…'), () => services.node.start());
}

export async function stopNode(services: Services): Promise<void> {
  await withWindowProgress(t('Stopping the node…'), () => services.node.stop());
}

/** Restart the node; also the engine when it has failed. */
export async function restartNode(services: Services): Promise<void> {
  await withWindowProgress(t('Restarting the node…'), () => services.node.restart());
}

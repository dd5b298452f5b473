import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { withWindowProgress } from '../ui/progress.ts';

const { t } = vscode.l10n;

/** Start the node with the settings as they are. */
export async function startNode(services: Services): Promise<void> {
  await withWindowProgress(t('Starting the node…'), () => services.node.start());
}

export async function stopNode(services: Services): Promise<void> {
  await withWindowProgress(t('Stopping the node…'), () => services.node.stop());
}

/** Restart the node; an engine that was given up after crashes is started anew. */
export async function restartNode(services: Services): Promise<void> {
  await withWindowProgress(t('Restarting the node…'), () => services.node.restart());
}

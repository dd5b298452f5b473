import { mkdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import { errorMessage } from '../shared/errors.ts';
import { registerCommands } from './commands/commands.ts';
import { EngineClient } from './engine/engine-client.ts';
import { startEngineProcess } from './engine/engine-process.ts';
import { followLog } from './engine/log-events.ts';
import { NodeControl } from './engine/node-control.ts';
import { registerReleases } from './filesystem/register.ts';
import { watchOwnForks } from './engine/watch-own-forks.ts';
import { ReadModel } from './model/read-model.ts';
import { PublisherIdentity } from './publisher-identity.ts';
import { watchRebuilt } from './engine/rebuilt-notice.ts';
import type { Services } from './services.ts';
import { readAutoStart, readDataFolder } from './settings/settings.ts';
import { settingsForStart, watchSettings } from './settings/settings-watch.ts';
import type { TestHooks } from './test-hooks.ts';
import { StatusBar } from './views/status-bar.ts';
import { followContextKeys } from './views/context-keys.ts';
import { createViews } from './views/views.ts';

let client: EngineClient | undefined;

/**
 * Register commands, views and watchers without starting the engine. The engine starts when a view becomes visible,
 * when a command needs it, or here when `ggen.node.autoStart` is set.
 *
 * @returns hooks for the tests; undefined in an installed extension
 */
export function activate(context: vscode.ExtensionContext): TestHooks | undefined {
  const began = performance.now();
  const services = createServices(context);
  const views = createViews(services, context.subscriptions);
  const { model, node, log } = services;
  context.subscriptions.push(
    followContextKeys(model),
    new StatusBar(model),
    registerCommands(services, views),
    registerReleases(services),
    watchSettings(node, log),
    watchRebuilt(services.client, context.globalState),
  );
  if (readAutoStart()) {
    node.join().catch((error: unknown) => {
      log.error(`The node could not be started: ${errorMessage(error)}`);
    });
  }
  const activationMs = performance.now() - began;
  return context.extensionMode === vscode.ExtensionMode.Production ? undefined : { activationMs, services, views };
}

/** Stop the engine. VS Code waits at most 5 s; the engine gets 4.5 s of them. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}

function createServices(context: vscode.ExtensionContext): Services {
  const log = vscode.window.createOutputChannel('Ggen', { log: true });
  client = new EngineClient(() => spawnEngine(context, log), log);
  const node = new NodeControl(client, settingsForStart, log);
  const model = new ReadModel(client, node);
  const publisher = new PublisherIdentity(context.secrets, context.globalState);
  const diagnostics = vscode.languages.createDiagnosticCollection('ggen');
  context.subscriptions.push(log, client, node, model, diagnostics, followLog(client, log));
  context.subscriptions.push(watchOwnForks(client, publisher, log));
  return {
    log,
    client,
    node,
    model,
    diagnostics,
    publisher,
  };
}

async function spawnEngine(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): ReturnType<typeof startEngineProcess> {
  const dataDir = readDataFolder();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return await startEngineProcess({
    script: vscode.Uri.joinPath(context.extensionUri, 'dist', 'worker.mjs').fsPath,
    dataDir,
    version: (context.extension.packageJSON as { readonly version: string }).version,
    onOutput: (text) => {
      log.warn(`[worker] ${text.trimEnd()}`);
    },
  });
}

import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions.ts';
import { isAbort } from '../../shared/errors.ts';
import type { Services } from '../services.ts';
import { reportError } from '../ui/notify.ts';
import type { MoreNode } from '../views/package-nodes.ts';
import type { Views } from '../views/views.ts';
import { connectToPeer } from './connect-to-peer.ts';
import { copyPackageId } from './copy-package-id.ts';
import { exportPackage, importPackage } from './install/archive.ts';
import { installFromLock } from './install/from-lock.ts';
import { installCommand } from './install/install.ts';
import { uninstallPackage } from './install/uninstall.ts';
import { updateAll, updatePackage } from './install/update.ts';
import { verifyInstallation } from './install/verify-installation.ts';
import { restartNode, startNode, stopNode } from './node-commands.ts';
import { copyPeerAddress, listPeers, showPeer } from './peers/peer-commands.ts';
import { banPeer, trustPeer, unbanPeer, untrustPeer } from './peers/standing-commands.ts';
import { dryRunPublish, publishCommand, publishWithDistTag } from './publish/publish.ts';
import { listPublishers, setPublisherState } from './publishers.ts';
import { browseFiles } from './read/browse.ts';
import { compareInstalled, compareVersions } from './read/compare.ts';
import { installRelease } from './read/install-release.ts';
import { openReleaseFolder } from './read/open-folder.ts';
import { readReadme } from './read/readme.ts';
import { revealInstalled } from './reveal.ts';
import { searchPackages } from './search/search.ts';
import { pauseSeeding } from './pause-seeding.ts';
import { showLog } from './show-log.ts';
import { showStatus } from './status/show-status.ts';
import { cleanUpStorage } from './storage/clean-up.ts';
import { keepOffline, stopKeeping } from './storage/keep.ts';
import { verifyStorage } from './storage/verify-storage.ts';
import { stopSeeding } from './stop-seeding.ts';
import { removeDistTag, setDistTag } from './dist-tag.ts';
import { unyankRelease, yankRelease } from './yank.ts';

/** `argument` comes from a menu, a key binding or another extension, so that each command validates it. */
type Handler = (services: Services, argument: unknown) => Promise<void> | void;

function handlers(views: Views): Record<keyof typeof COMMANDS, Handler> {
  return {
    publish: publishCommand,
    publishWithDistTag,
    publishDryRun: dryRunPublish,
    search: searchPackages,
    install: installCommand,
    installFromLock,
    updatePackage,
    updateAll,
    uninstall: uninstallPackage,
    verifyInstallation,
    exportPackage,
    importPackage,
    startNode,
    stopNode,
    restartNode,
    connectToPeer,
    showStatus,
    showPeer,
    listPeers,
    copyPeerAddress,
    banPeer,
    unbanPeer,
    trustPeer,
    untrustPeer,
    trustPublisher: (services, argument) => setPublisherState(services, argument, 'trusted'),
    followPublisher: (services, argument) => setPublisherState(services, argument, 'followed'),
    blockPublisher: (services, argument) => setPublisherState(services, argument, 'blocked'),
    clearPublisher: (services, argument) => setPublisherState(services, argument, undefined),
    listPublishers,
    copyPackageId,
    yankRelease,
    unyankRelease,
    setDistTag,
    removeDistTag,
    stopSeeding,
    pauseSeeding: (services) => pauseSeeding(services, true),
    resumeSeeding: (services) => pauseSeeding(services, false),
    keepOffline,
    stopKeeping,
    cleanUpStorage,
    verifyStorage,
    revealInstalled,
    readReadme,
    browseFiles,
    openReleaseFolder,
    compareVersions,
    compareInstalled,
    installRelease,
    showLog,
    refresh: ({ model }) => {
      model.refresh();
    },
    loadMore: (_services, argument) => {
      if (isMoreNode(argument)) views.packages.loadMore(argument);
    },
  };
}

/** Register all commands, which exist in every state of the engine. An error of a command is shown to the user. */
export function registerCommands(services: Services, views: Views): vscode.Disposable {
  const registered = Object.entries(handlers(views)).map(([name, handler]) =>
    vscode.commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], async (argument: unknown) => {
      try {
        await handler(services, argument);
      } catch (error) {
        // Not awaited: the command has ended, but its notification can stay open for long.
        if (!isAbort(error)) void reportError(services.log, error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

function isMoreNode(value: unknown): value is MoreNode {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'more';
}

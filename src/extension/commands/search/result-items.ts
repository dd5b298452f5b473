import * as vscode from 'vscode';
import { shortPublisherId } from '../../../identity/publisher-id.ts';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { CommandId, ViewState } from '../../../shared/contributions.ts';
import type { PackageSummary, SearchResults } from '../../../shared/model.ts';
import { countPeers, countProviders } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';

const { t } = vscode.l10n;

export interface PackageItem extends vscode.QuickPickItem {
  readonly summary: PackageSummary;
}

/** Says why there is nothing, or not more; choosing it takes the next step, if there is one. */
export interface NoteItem extends vscode.QuickPickItem {
  /** A command, or the next page of the results. */
  readonly next?: CommandId | 'more';
}

export type ResultItem = PackageItem | NoteItem;

/** What stands beside a result, and in the title. */
export const BUTTONS = {
  refine: { iconPath: new vscode.ThemeIcon('filter'), tooltip: t('Filter and Sort') },
  install: { iconPath: new vscode.ThemeIcon('cloud-download'), tooltip: t('Install…') },
  readme: { iconPath: new vscode.ThemeIcon('book'), tooltip: t('Read README') },
  browse: { iconPath: new vscode.ThemeIcon('list-tree'), tooltip: t('Browse Files') },
  copyId: { iconPath: new vscode.ThemeIcon('copy'), tooltip: t('Copy Package Id') },
} as const satisfies Record<string, vscode.QuickInputButton>;

/** What is known of the network while the answer is shown. */
export interface SearchSituation {
  readonly state: ViewState;
  readonly peers: number;
  /** No more answers will come. */
  readonly final: boolean;
  /** There may be another page. */
  readonly more: boolean;
}

export function resultItems(text: string, results: SearchResults, situation: SearchSituation): ResultItem[] {
  const items: ResultItem[] = results.packages.map(packageItem);
  if (situation.more) items.push(moreNote());
  if (situation.state !== 'running') items.push(stoppedNote());
  else if (items.length === 0 && situation.final) items.push(nothingNote(text, situation.peers));
  return items;
}

export function packageItem(summary: PackageSummary): PackageItem {
  const facts = [
    summary.latest === undefined ? t('all versions yanked') : plainText(summary.latest),
    t('by {0}', summary.published ? t('you') : shortPublisherId(summary.publisher)),
    countProviders(summary, t),
    summary.installed.length > 0 ? t('installed: {0}', plainText(summary.installed.join(', '))) : '',
  ];
  return {
    label: `$(${summary.latest === undefined ? 'circle-slash' : 'package'}) ${plainText(summary.name)}`,
    description: facts.filter((fact) => fact !== '').join(' · '),
    detail: plainText(summary.description, 200),
    // The engine ranked them; VS Code's own filter would hide what matches by description or tag.
    alwaysShow: true,
    buttons: [
      BUTTONS.readme,
      BUTTONS.browse,
      ...(summary.latest === undefined ? [] : [BUTTONS.install]),
      BUTTONS.copyId,
    ],
    summary,
  };
}

export function failedNote(message: string): NoteItem {
  return {
    label: '$(error)',
    description: message,
    detail: t('Choose this to see the log.'),
    alwaysShow: true,
    next: COMMANDS.showLog,
  };
}

// Notes stand in the description, because VS Code sorts items whose label matches the typed text to the top.

function moreNote(): NoteItem {
  return { label: '$(ellipsis)', description: t('More results…'), alwaysShow: true, next: 'more' };
}

function stoppedNote(): NoteItem {
  return {
    label: '$(debug-disconnect)',
    description: t('The node is stopped: only packages that are known here were searched.'),
    detail: t('Choose this to start the node and search the network.'),
    alwaysShow: true,
    next: COMMANDS.startNode,
  };
}

function nothingNote(text: string, peers: number): NoteItem {
  if (peers === 0) {
    return {
      label: '$(debug-disconnect)',
      description: t('Nothing found here, and no peer is connected that could be asked.'),
      detail: t('Choose this to add a peer.'),
      alwaysShow: true,
      next: COMMANDS.addBootstrapPeer,
    };
  }
  const asked = countPeers(peers, t);
  return {
    label: '$(info)',
    description:
      text === '' ? t('Nobody has published a package yet.') : t('Nothing found for “{0}”.', plainText(text, 80)),
    detail: t('Searched here and on the network ({0} connected). Other words may find more.', asked),
    alwaysShow: true,
  };
}

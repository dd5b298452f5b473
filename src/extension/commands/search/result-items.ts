import * as vscode from 'vscode';
import { COMMANDS } from '../../../shared/contributions.ts';
import type { CommandId, ViewState } from '../../../shared/contributions.ts';
import { isClockWrong } from '../../../shared/clock-text.ts';
import type { ClockComparison, PackageSummary, SearchResults } from '../../../shared/model.ts';
import { clockMessage } from '../../ui/clock-message.ts';
import { countPeers, countProviders } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { publisherLine } from '../../ui/publisher-text.ts';

const { t } = vscode.l10n;

export interface PackageItem extends vscode.QuickPickItem {
  readonly summary: PackageSummary;
}

/** Explains missing or further results; selecting it runs the next step. */
export interface NoteItem extends vscode.QuickPickItem {
  /** A command, or `more` to load the next page. */
  readonly next?: CommandId | 'more';
}

export type ResultItem = PackageItem | NoteItem;

/** Buttons of a result and of the title. */
export const BUTTONS = {
  refine: { iconPath: new vscode.ThemeIcon('filter'), tooltip: t('Filter and Sort') },
  install: { iconPath: new vscode.ThemeIcon('cloud-download'), tooltip: t('Install…') },
  readme: { iconPath: new vscode.ThemeIcon('book'), tooltip: t('Read README') },
  browse: { iconPath: new vscode.ThemeIcon('list-tree'), tooltip: t('Browse Files') },
  copyId: { iconPath: new vscode.ThemeIcon('copy'), tooltip: t('Copy Package ID') },
} as const satisfies Record<string, vscode.QuickInputButton>;

/** State of the network and of the search while results are shown. */
export interface SearchContext {
  readonly state: ViewState;
  readonly peers: number;
  /** The search has finished. */
  readonly final: boolean;
  /** There can be another page. */
  readonly more: boolean;
  /** This machine's clock compared with those of connected peers. */
  readonly clock?: ClockComparison;
}

export function resultItems(text: string, results: SearchResults, context: SearchContext): ResultItem[] {
  const items: ResultItem[] = results.packages.map(packageItem);
  if (context.more) items.push(moreNote());
  if (context.state !== 'running') items.push(stoppedNote());
  else if (items.length === 0 && context.final) {
    items.push(nothingNote(text, context.peers));
    if (context.clock !== undefined && isClockWrong(context.clock)) items.push(clockNote(context.clock));
  }
  return items;
}

export function packageItem(summary: PackageSummary): PackageItem {
  const parts = [
    summary.latest === undefined ? t('all versions yanked') : plainText(summary.latest),
    publisherLine(summary, t),
    countProviders(summary, t),
    summary.installed.length > 0 ? t('installed: {0}', plainText(summary.installed.join(', '))) : '',
  ];
  return {
    label: `$(${summary.latest === undefined ? 'circle-slash' : 'package'}) ${plainText(summary.name)}`,
    description: parts.filter((part) => part !== '').join(' · '),
    detail: plainText(summary.description, 200),
    // The engine ranked the results; VS Code's filter would hide those that match by description or tag.
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
    detail: t('Select to show the log.'),
    alwaysShow: true,
    next: COMMANDS.showLog,
  };
}

// A note's text is its description, because VS Code sorts items whose label matches the typed text to the top.

function moreNote(): NoteItem {
  return { label: '$(ellipsis)', description: t('More results…'), alwaysShow: true, next: 'more' };
}

function stoppedNote(): NoteItem {
  return {
    label: '$(debug-disconnect)',
    description: t('The node is stopped, so only locally known packages were searched.'),
    detail: t('Select to start the node and search the network.'),
    alwaysShow: true,
    next: COMMANDS.startNode,
  };
}

function clockNote(clock: ClockComparison): NoteItem {
  return {
    label: '$(warning)',
    description: clockMessage(clock, t),
    detail: t('Set it, because new packages may be rejected.'),
    alwaysShow: true,
  };
}

function nothingNote(text: string, peers: number): NoteItem {
  if (peers === 0) {
    return {
      label: '$(debug-disconnect)',
      description: t('Nothing found locally, and no peer is connected.'),
      detail: t('Select to connect to a peer.'),
      alwaysShow: true,
      next: COMMANDS.connectToPeer,
    };
  }
  const asked = countPeers(peers, t);
  return {
    label: '$(info)',
    description:
      text === '' ? t('No packages have been published yet.') : t('Nothing found for “{0}”.', plainText(text, 80)),
    detail: t('Searched locally and on the network ({0} connected). Try different keywords.', asked),
    alwaysShow: true,
  };
}

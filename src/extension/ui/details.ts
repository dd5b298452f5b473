import * as vscode from 'vscode';
import { plainText } from './plain-text.ts';

const { t } = vscode.l10n;

/** One row of a details list: a value to read and copy, or an action. */
export interface Detail {
  readonly label: string;
  readonly value?: string;
  readonly icon?: string;
  /** Text to copy instead of `value`, which then is its short form. */
  readonly copy?: string;
  /** Runs when the row is selected; without it, selecting the row copies the value. */
  readonly run?: () => unknown;
}

export interface DetailGroup {
  readonly title: string;
  readonly details: readonly Detail[];
}

/**
 * An address without its peer ID, which has its own row and would hide the rest. Selecting the row copies the full
 * address.
 */
export function addressDetail(address: string): Detail {
  return { label: t('Address'), value: address.replace(/\/p2p\/[^/]+$/, ''), copy: address, icon: 'link' };
}

interface DetailQuickPickItem extends vscode.QuickPickItem {
  readonly entry?: Detail;
}

/**
 * Show details in a quick pick, where they can be read by keyboard, mouse and screen reader, filtered, and copied.
 * Values may come from untrusted peers: they are shown as plain text and copied unchanged.
 */
export async function showDetails(title: string, groups: readonly DetailGroup[]): Promise<void> {
  const items = groups
    .filter((group) => group.details.length > 0)
    .flatMap((group): DetailQuickPickItem[] => [
      { label: group.title, kind: vscode.QuickPickItemKind.Separator },
      ...group.details.map(itemOf),
    ]);
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('Select an item to copy its value'),
    matchOnDescription: true,
  });
  if (picked?.entry !== undefined) await runOrCopy(picked.entry);
}

function itemOf(detail: Detail): DetailQuickPickItem {
  const icon = detail.icon === undefined ? '' : `$(${detail.icon}) `;
  return {
    label: `${icon}${plainText(detail.label)}`,
    ...(detail.value === undefined ? {} : { description: plainText(detail.value, 400) }),
    entry: detail,
  };
}

async function runOrCopy(detail: Detail): Promise<void> {
  if (detail.run !== undefined) {
    await detail.run();
  } else if (detail.value !== undefined) {
    await vscode.env.clipboard.writeText(detail.copy ?? detail.value);
    vscode.window.setStatusBarMessage(t('{0} copied', plainText(detail.label)), 3_000);
  }
}

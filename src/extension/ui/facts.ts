import * as vscode from 'vscode';
import { plainText } from './plain-text.ts';

const { t } = vscode.l10n;

/** One line of a list of facts: something to read and copy, or something to do. */
export interface Fact {
  readonly label: string;
  readonly value?: string;
  readonly icon?: string;
  /** Copied in place of the value, which then is its short form. */
  readonly copy?: string;
  /** Runs on Enter or click; without it the value is copied. */
  readonly run?: () => unknown;
}

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** Without the peer id, which is shown by itself and would push the rest out of sight; copied whole. */
export function addressFact(address: string): Fact {
  return { label: t('Address'), value: address.replace(/\/p2p\/[^/]+$/, ''), copy: address, icon: 'link' };
}

interface FactItem extends vscode.QuickPickItem {
  readonly fact?: Fact;
}

/**
 * Show facts in a quick pick: readable by keyboard, mouse and screen reader, searchable, each copied by choosing it.
 * Values may come from strangers; they are shown as plain text and copied as they are.
 */
export async function showFacts(title: string, groups: readonly FactGroup[]): Promise<void> {
  const items = groups
    .filter((group) => group.facts.length > 0)
    .flatMap((group): FactItem[] => [
      { label: group.title, kind: vscode.QuickPickItemKind.Separator },
      ...group.facts.map(itemOf),
    ]);
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('Choose a line to copy its value'),
    matchOnDescription: true,
  });
  if (picked?.fact !== undefined) await useFact(picked.fact);
}

function itemOf(fact: Fact): FactItem {
  const icon = fact.icon === undefined ? '' : `$(${fact.icon}) `;
  return {
    label: `${icon}${plainText(fact.label)}`,
    ...(fact.value === undefined ? {} : { description: plainText(fact.value, 400) }),
    fact,
  };
}

async function useFact(fact: Fact): Promise<void> {
  if (fact.run !== undefined) {
    await fact.run();
  } else if (fact.value !== undefined) {
    await vscode.env.clipboard.writeText(fact.copy ?? fact.value);
    vscode.window.setStatusBarMessage(t('{0} copied', plainText(fact.label)), 3_000);
  }
}

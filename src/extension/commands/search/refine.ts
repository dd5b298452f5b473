import * as vscode from 'vscode';
import type { SearchFacets } from '../../../shared/model.ts';
import { refinements } from './refine-items.ts';

const { t } = vscode.l10n;

interface RefineItem extends vscode.QuickPickItem {
  readonly text?: string;
}

/** Let the user select a filter or a sort order; returns the changed search text, undefined when the user cancels. */
export async function refineSearch(text: string, facets: SearchFacets | undefined): Promise<string | undefined> {
  const items = refinements(text, facets, t).flatMap((group): RefineItem[] => [
    { label: group.title, kind: vscode.QuickPickItemKind.Separator },
    ...group.items.map(({ label, description, icon, text: after }) => ({
      label: `$(${icon}) ${label}`,
      description,
      text: after,
    })),
  ]);
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Filter and Sort'),
    placeHolder: t('You can also type filters into the search, such as tag:web or sort:updated'),
    matchOnDescription: true,
  });
  return picked?.text;
}

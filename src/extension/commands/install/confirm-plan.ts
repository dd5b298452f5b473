import * as vscode from 'vscode';
import type { InstallPlan, PlannedPackage } from '../../../shared/model.ts';
import type { Services } from '../../services.ts';
import { reportError } from '../../ui/notify.ts';
import { showChanges } from '../read/show-changes.ts';
import { planItems } from './plan-items.ts';
import type { PlanItem } from './plan-items.ts';

/**
 * Show a plan and ask for confirmation. Selecting an update opens its changes in the diff editor and cancels, so that
 * the command can be run again afterwards.
 *
 * @returns whether the plan was confirmed
 */
export async function confirmPlan(
  services: Services,
  plan: InstallPlan,
  { title, confirmLabel }: { readonly title: string; readonly confirmLabel: string },
): Promise<boolean> {
  const item = await pickPlanItem(planItems(plan, confirmLabel), title);
  if (item?.compare !== undefined) await compare(services, item.compare);
  return item?.apply === true;
}

/** The selected confirmation or update; undefined when the user cancels. Other items only inform. */
function pickPlanItem(items: readonly PlanItem[], title: string): Promise<PlanItem | undefined> {
  const pick = vscode.window.createQuickPick<PlanItem>();
  pick.title = title;
  pick.placeholder = vscode.l10n.t('Nothing is fetched or written until you confirm');
  pick.matchOnDescription = true;
  pick.ignoreFocusOut = true;
  pick.items = items;
  return new Promise<PlanItem | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      if (item?.apply === undefined && item?.compare === undefined) return;
      resolve(item);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
    });
    pick.show();
  }).finally(() => {
    pick.dispose();
  });
}

async function compare(services: Services, { id, name, version, from }: PlannedPackage): Promise<void> {
  if (from === undefined || from === version) return;
  await showChanges(services, { id, name, version: from }, { id, name, version }).catch((error: unknown) =>
    reportError(services.log, error),
  );
}

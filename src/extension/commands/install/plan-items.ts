import * as vscode from 'vscode';
import type { InstallPlan, PlannedPackage } from '../../../shared/model.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { nameReasonText, publisherLine } from '../../ui/publisher-text.ts';

const { t } = vscode.l10n;

export interface PlanItem extends vscode.QuickPickItem {
  /** Set on the item that confirms the plan. */
  readonly apply?: true;
  /** An update whose changes are shown when the item is selected. */
  readonly compare?: PlannedPackage;
}

/** The items of a plan: the confirmation first, then packages grouped by action. */
export function planItems(plan: InstallPlan, confirmLabel: string): PlanItem[] {
  const of = (action: PlannedPackage['action']): PlannedPackage[] =>
    plan.packages.filter((one) => one.action === action);
  return [
    { label: `$(check) ${confirmLabel}`, description: summary(plan), alwaysShow: true, apply: true },
    ...group(
      t('Will be installed'),
      of('install').map((one) => withReason(packageItem(one), reasonOf(plan, one))),
    ),
    ...group(t('Will be updated (select to see what changed)'), of('update').map(updateItem)),
    ...group(t('Will be restored (files changed or missing)'), of('restore').map(packageItem)),
    ...group(t('Will be removed'), of('remove').map(packageItem)),
    ...group(
      t('Skipped'),
      plan.skipped.map(({ id, requirement, by, reason }) => ({
        label: `$(circle-slash) ${plainText(id)} ${plainText(requirement)}`,
        description: t('optional dependency of {0}', plainText(by)),
        detail: plainText(reason, 300),
      })),
    ),
    ...group(t('Unchanged'), of('keep').map(packageItem)),
  ];
}

/** The number of packages that change and the bytes to fetch. */
function summary({ packages, bytesToFetch }: InstallPlan): string {
  const count = packages.filter(({ action }) => action !== 'keep').length;
  return [
    count === 1 ? t('1 package') : t('{0} packages', count),
    bytesToFetch === 0 ? t('nothing to fetch') : t('{0} to fetch', formatBytes(bytesToFetch)),
  ].join(' · ');
}

/** Why a name means this package, where the user should know of it; undefined when it was named in full or is locked. */
function reasonOf({ names }: InstallPlan, { id }: PlannedPackage): string | undefined {
  const found = names.find((one) => one.id === id);
  const others = found !== undefined && found.others.length > 0 ? t('other publishers use this name, too') : '';
  const reason = nameReasonText(found?.reason, t);
  return reason === undefined ? undefined : [reason, others].filter((part) => part !== '').join('; ');
}

function withReason(item: PlanItem, reason: string | undefined): PlanItem {
  return reason === undefined ? item : { ...item, detail: [item.detail ?? '', reason].join(' · ') };
}

function packageItem(one: PlannedPackage): PlanItem {
  const { name, version, size, files, path, yanked, contested, bytesToFetch } = one;
  return {
    label: `$(package) ${plainText(name)} ${plainText(version)}`,
    description: [
      ...(yanked ? [t('yanked')] : []),
      ...(contested ? [t('conflicting content')] : []),
      publisherLine({ ...one, published: false }, t),
      countFiles(files, t),
      formatBytes(size),
      ...(bytesToFetch > 0 || one.action !== 'install' ? [] : [t('already stored')]),
    ].join(' · '),
    detail: [plainText(path), ...requiredByText(one)].join(' · '),
  };
}

function updateItem(one: PlannedPackage): PlanItem {
  const { label } = packageItem(one);
  const sameVersion = one.from === one.version && one.fromRoot !== undefined && one.fromRoot !== one.root;
  const from = sameVersion
    ? t('same version with different content')
    : one.from === undefined
      ? ''
      : t('replaces {0}', plainText(one.from));
  const { description, detail } = packageItem(one);
  return {
    label,
    description: [from, description].join(' · '),
    ...(detail === undefined ? {} : { detail }),
    compare: one,
  };
}

function requiredByText({ requiredBy }: PlannedPackage): string[] {
  const others = requiredBy.filter(({ by }) => by !== '').map(({ by, requirement }) => `${by} (${requirement})`);
  return others.length === 0 ? [] : [t('required by {0}', plainText(others.join(', '), 200))];
}

function group(label: string, items: readonly PlanItem[]): PlanItem[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

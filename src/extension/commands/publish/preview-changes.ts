import * as vscode from 'vscode';
import type { ReleaseChanges } from '../../../shared/model.ts';
import { formatBytes } from '../../ui/format.ts';
import { detailItem } from './preview-item.ts';
import type { PreviewItem } from './preview-item.ts';

const { t } = vscode.l10n;

/** Maximum number of listed changes; the title counts all of them. */
const MAX_LISTED_CHANGES = 500;

/** `Changes since 1.0.0: 1 added, 2 changed, 1 removed, +1.2 kB`. */
export function changesTitle(changes: ReleaseChanges): string {
  const { since, added, changed, removed } = changes;
  const parts = [
    ...(added.length === 0 ? [] : [t('{0} added', added.length)]),
    ...(changed.length === 0 ? [] : [t('{0} changed', changed.length)]),
    ...(removed.length === 0 ? [] : [t('{0} removed', removed.length)]),
  ];
  if (parts.length === 0) return t('No changes since {0}', since);
  return t('Changes since {0}: {1}', since, [...parts, signedSize(sizeDelta(changes))].join(', '));
}

/** Removed files come first, because they can break dependent packages. */
export function changeItems({ since, added, changed, removed }: ReleaseChanges): PreviewItem[] {
  const items = [
    ...removed.map(({ path, size }) => detailItem('diff-removed', path, t('removed, {0}', formatBytes(size)))),
    ...added.map(({ path, size }) => ({
      ...detailItem('diff-added', path, t('added, {0}', formatBytes(size))),
      open: { path },
    })),
    ...changed.map(({ path, size, before, executable }) => ({
      ...detailItem('diff-modified', path, changedText(size, before, executable)),
      open: { path },
    })),
  ];
  if (items.length === 0) return [detailItem('info', t('The files are the same as in {0}', since), '')];
  const left = items.length - MAX_LISTED_CHANGES;
  return left <= 0
    ? items
    : [...items.slice(0, MAX_LISTED_CHANGES), detailItem('ellipsis', t('and {0} more', left), '')];
}

function changedText(size: number, before: number, executable: boolean | undefined): string {
  const sizes = t('changed, {0} → {1}', formatBytes(before), formatBytes(size));
  if (executable === undefined) return sizes;
  return t('{0}, {1}', sizes, executable ? t('now executable') : t('no longer executable'));
}

function sizeDelta({ added, changed, removed }: ReleaseChanges): number {
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  return (
    sum(added.map(({ size }) => size)) +
    sum(changed.map(({ size, before }) => size - before)) -
    sum(removed.map(({ size }) => size))
  );
}

function signedSize(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${formatBytes(Math.abs(bytes))}`;
}

import * as vscode from 'vscode';
import type { PackageSummary } from '../../shared/model.ts';
import { countPeers, formatBytes, formatTime } from '../ui/format.ts';
import { tooltip } from './markdown.ts';

const { t } = vscode.l10n;

/** What a package says of itself and what is known of it; a warning stands first. */
export function packageTooltip(summary: PackageSummary): vscode.MarkdownString {
  return tooltip(summary.title === '' ? summary.name : summary.title, summary.description, [
    [t('Warning'), summary.equivocation ? equivocationText(summary.contested ?? []) : undefined],
    [t('Id'), summary.id],
    [t('Latest version'), summary.latest ?? t('none: all are yanked')],
    [t('Versions'), String(summary.versions)],
    [t('Installed'), summary.installed.join(', ')],
    [t('Licence'), summary.license],
    [t('Size'), formatBytes(summary.size)],
    [t('Served by'), countPeers(summary.providers, t)],
    [t('Categories'), summary.categories.join(', ')],
    [t('Tags'), summary.tags.join(', ')],
    [t('Updated'), formatTime(summary.updated, Date.now(), vscode.env.language)],
  ]);
}

/** What happened, and what it means for who would install it. */
export function equivocationText(versions: readonly string[]): string {
  if (versions.length > 0) {
    return t(
      'its publisher signed two different contents for {0}. The one seen first is kept, the other was refused. Ask the publisher which is right before you install it.',
      versions.length === 1 ? t('version {0}', versions[0] ?? '') : t('the versions {0}', versions.join(', ')),
    );
  }
  return t(
    'its publisher signed two different contents for one version. The one seen first is kept, the other was refused. Ask the publisher which is right before you install it.',
  );
}

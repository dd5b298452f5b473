import * as vscode from 'vscode';
import type { PackageSummary } from '../../shared/model.ts';
import { countPeers, formatBytes, formatTime } from '../ui/format.ts';
import { publisherStateText } from '../ui/publisher-text.ts';
import { tooltip } from './tooltip.ts';

const { t } = vscode.l10n;

/** The metadata of a package and its state on this machine and the network, with a warning first if there is one. */
export function packageTooltip(summary: PackageSummary): vscode.MarkdownString {
  return tooltip(summary.title === '' ? summary.name : summary.title, summary.description, [
    [t('Warning'), summary.equivocation ? equivocationText(summary.contested ?? []) : undefined],
    [t('ID'), summary.id],
    [t('Publisher'), publisherStateText(summary.publisherState, t)],
    [t('Latest version'), summary.latest ?? t('none (all versions yanked)')],
    [t('Dist-tags'), (summary.distTags ?? []).map(({ tag, version }) => `${tag} ${version}`).join(', ')],
    [t('Versions'), String(summary.versions)],
    [t('Installed'), summary.installed.join(', ')],
    [t('License'), summary.license],
    [t('Size'), formatBytes(summary.size)],
    [t('Providers'), countPeers(summary.providers, t)],
    [t('Categories'), summary.categories.join(', ')],
    [t('Tags'), summary.tags.join(', ')],
    [t('Updated'), formatTime(summary.updated, Date.now(), vscode.env.language)],
  ]);
}

/** Explains an equivocation and what to do before installing the package. */
export function equivocationText(versions: readonly string[]): string {
  if (versions.length > 0) {
    return t(
      'the publisher signed conflicting content for {0}. The content seen first was kept; the other was rejected. Ask the publisher which is correct before you install it.',
      versions.length === 1 ? t('version {0}', versions[0] ?? '') : t('versions {0}', versions.join(', ')),
    );
  }
  return t(
    'the publisher signed conflicting content for one version. The content seen first was kept; the other was rejected. Ask the publisher which is correct before you install it.',
  );
}

import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions.ts';
import type { PackageSection, PackageSummary } from '../../shared/model.ts';
import { countFiles, countProviders, formatBytes, formatTime } from '../ui/format.ts';
import { plainText } from '../ui/plain-text.ts';
import { publisherLine, publisherStateText } from '../ui/publisher-text.ts';
import { tooltip } from './tooltip.ts';
import { equivocationText } from './package-tooltip.ts';
import type { MoreNode, PackageNode, PackagesNode, ReleaseNode, SectionNode } from './package-nodes.ts';

const { t } = vscode.l10n;
const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

/** The tree item of a node of the Packages view. */
export function packagesItem(node: PackagesNode): vscode.TreeItem {
  switch (node.kind) {
    case 'section':
      return sectionItem(node);
    case 'package':
      return packageItem(node);
    case 'release':
      return releaseItem(node);
    case 'more':
      return moreItem(node);
    case 'error':
      return errorItem(node.message);
  }
}

interface SectionAppearance {
  readonly label: string;
  readonly icon: string;
  readonly empty: string;
}

function sectionAppearance(section: PackageSection): SectionAppearance {
  switch (section) {
    case 'published':
      return { label: t('Published'), icon: 'cloud-upload', empty: t('nothing yet') };
    case 'installed':
      return { label: t('Installed'), icon: 'desktop-download', empty: t('nothing yet') };
    case 'network':
      return { label: t('On the network'), icon: 'globe', empty: t('nothing yet') };
  }
}

function sectionItem({ section, count }: SectionNode): vscode.TreeItem {
  const appearance = sectionAppearance(section);
  const item = new vscode.TreeItem(appearance.label, count === 0 ? None : Expanded);
  // A section gets another id when it is no longer empty: VS Code restores the expansion state by id and would leave it
  // collapsed.
  item.id = `section:${section}${count === 0 ? ':empty' : ''}`;
  item.iconPath = new vscode.ThemeIcon(appearance.icon);
  item.description = count === 0 ? appearance.empty : String(count);
  item.contextValue = 'section';
  item.accessibilityInformation = {
    label: `${appearance.label}: ${count === 0 ? appearance.empty : t('{0} packages', count)}`,
  };
  return item;
}

function packageItem({ section, summary }: PackageNode): vscode.TreeItem {
  const name = plainText(summary.name);
  const item = new vscode.TreeItem(name, Collapsed);
  const line = [...contestedLine(summary), packageLine(section, summary)].join(' · ');
  item.id = `${section}:${summary.id}`;
  item.iconPath = packageIcon(summary);
  item.description = line;
  item.contextValue = [
    'package',
    ...(summary.latest === undefined ? [] : ['installable']),
    ...(summary.installed.length > 0 ? ['installed'] : []),
    ...(isUpdatable(summary) ? ['updatable'] : []),
    ...(summary.changed === undefined ? [] : ['changed']),
    ...(summary.published ? ['own'] : []),
    ...(summary.publisherState === undefined ? [] : [summary.publisherState]),
  ].join(' ');
  item.accessibilityInformation = { label: `${name}, ${line}` };
  return item;
}

/** The versions for which the publisher signed conflicting content. */
function contestedLine({ equivocation, contested = [] }: PackageSummary): string[] {
  if (!equivocation) return [];
  return [
    contested.length === 0
      ? t('conflicting content')
      : t('conflicting content for {0}', plainText(contested.join(', '), 60)),
  ];
}

function packageIcon({ latest, equivocation, publisherState }: PackageSummary): vscode.ThemeIcon {
  if (equivocation) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon(latest === undefined || publisherState === 'blocked' ? 'circle-slash' : 'package');
}

/** Publisher state, version, publisher, providers and description in one line: a narrow side bar cuts its end off. */
function packageLine(section: PackageSection, summary: PackageSummary): string {
  const { publisher, published } = summary;
  return [
    publisherStateText(summary.publisherState, t) ?? '',
    ...(section === 'installed' ? installedVersions(summary) : latestVersion(summary)),
    publisherLine({ publisher, published }, t),
    countProviders(summary, t),
    plainText(summary.description, 200),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function latestVersion({ latest, installed }: PackageSummary): string[] {
  const version = latest === undefined ? t('all versions yanked') : plainText(latest);
  return installed.length > 0 ? [version, t('installed')] : [version];
}

function installedVersions(summary: PackageSummary): string[] {
  const { latest, installed, changed } = summary;
  return [
    plainText(installed.join(', ')),
    ...(isUpdatable(summary) ? [t('update available: {0}', plainText(latest ?? ''))] : []),
    ...(changed === undefined ? [] : [changed === 1 ? t('1 file changed') : t('{0} files changed', changed)]),
  ];
}

function isUpdatable({ latest, installed }: PackageSummary): boolean {
  return latest !== undefined && installed.length > 0 && !installed.includes(latest);
}

function releaseItem({ section, summary, release, distTags }: ReleaseNode): vscode.TreeItem {
  const installed = summary.installed.includes(release.version);
  const item = new vscode.TreeItem(plainText(release.version), None);
  item.id = `${section}:${summary.id}@${release.version}`;
  const contested = summary.contested?.includes(release.version) === true;
  item.iconPath = releaseIcon(release.yanked, installed, contested);
  item.description = releaseLine({ release, distTags, installed, contested });
  item.tooltip = tooltip(`${summary.name} ${release.version}`, release.yanked ? t('Yanked by the publisher.') : '', [
    [t('Warning'), contested ? equivocationText([release.version]) : undefined],
    [t('Dist-tags'), distTags.join(', ')],
    [t('Published'), formatTime(release.published, Date.now(), vscode.env.language)],
    [t('Size'), `${formatBytes(release.size)}, ${countFiles(release.files, t)}`],
    [t('Dependencies'), release.dependencies.map(({ id, requirement }) => `${id} ${requirement}`).join(', ')],
    [t('Content root'), release.root],
  ]);
  item.contextValue = [
    'release',
    ...(release.yanked ? ['yanked'] : ['installable']),
    ...(installed ? ['installed'] : []),
    ...(summary.published ? ['own'] : []),
  ].join(' ');
  item.accessibilityInformation = { label: t('Version {0}, {1}', plainText(release.version), item.description) };
  return item;
}

function releaseIcon(yanked: boolean, installed: boolean, contested: boolean): vscode.ThemeIcon {
  if (contested) return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  return new vscode.ThemeIcon(yanked ? 'circle-slash' : installed ? 'check' : 'tag');
}

function releaseLine({
  release,
  distTags,
  installed,
  contested,
}: Pick<ReleaseNode, 'release' | 'distTags'> & { installed: boolean; contested: boolean }): string {
  return [
    ...(contested ? [t('conflicting content')] : []),
    ...(release.yanked ? [t('yanked')] : []),
    ...distTags.map((tag) => plainText(tag)),
    ...(installed ? [t('installed')] : []),
    formatBytes(release.size),
    formatTime(release.published, Date.now(), vscode.env.language),
  ].join(' · ');
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(t('Load more…'), None);
  item.id = `${node.section}:more`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.description = t('{0} more', node.remaining);
  item.command = { command: COMMANDS.loadMore, title: t('Load More'), arguments: [node] };
  item.accessibilityInformation = { label: t('Load more: {0} packages not shown', node.remaining), role: 'button' };
  return item;
}

function errorItem(message: string): vscode.TreeItem {
  const item = new vscode.TreeItem(t('The list could not be loaded'), None);
  item.iconPath = new vscode.ThemeIcon('warning');
  item.description = plainText(message);
  item.tooltip = plainText(message);
  item.accessibilityInformation = { label: t('The list could not be loaded: {0}', plainText(message)) };
  return item;
}

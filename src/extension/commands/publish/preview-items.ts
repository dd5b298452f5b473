import * as vscode from 'vscode';
import { shortPublisherId } from '../../../identity/publisher-id.ts';
import { PRIVATE_FINGERPRINT } from '../../../shared/limits.ts';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import { ruleText } from '../../../shared/pack-rule.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { changeItems, changesTitle } from './preview-changes.ts';
import { detailItem } from './preview-item.ts';
import type { PreviewItem } from './preview-item.ts';

const { t } = vscode.l10n;

/** The kind of preview and the user's decisions so far. */
export interface PreviewState {
  readonly dryRun: boolean;
  /** No publisher key exists yet, so that the draft's namespace is a placeholder. */
  readonly withoutKey?: boolean;
  /** Fingerprints of the findings that the user accepted: possible secrets, and that the project is private. */
  readonly accepted: ReadonlySet<string>;
}

/** Maximum number of listed files; a quick pick with more is slow. */
const MAX_LISTED_FILES = 2_000;

const ICONS: Record<Diagnostic['severity'], string> = { error: 'error', warning: 'warning', information: 'info' };

/** All that publishing would make public, with the decision first. */
export function previewItems(draft: ReleaseDraft, state: PreviewState): PreviewItem[] {
  const accepted = draft.diagnostics.filter(({ fingerprint }) => fingerprint !== undefined);
  const others = draft.diagnostics.filter(({ fingerprint }) => fingerprint === undefined);
  return [
    ...decisionItems(draft, state),
    ...group(
      t('Private project'),
      accepted.filter(isPrivate).map((finding) => acceptableItem(finding, state)),
    ),
    ...group(
      t('Possible secrets'),
      accepted.filter((finding) => !isPrivate(finding)).map((finding) => acceptableItem(finding, state)),
    ),
    ...group(t('Problems'), others.map(diagnosticItem)),
    ...group(t('Visible to everyone'), metadataItems(draft, state)),
    ...(draft.changes === undefined ? [] : group(changesTitle(draft.changes), changeItems(draft.changes))),
    ...group(
      t('Dependencies'),
      draft.dependencies.map(({ id, requirement, optional }) =>
        detailItem('references', id, optional ? t('{0}, optional', requirement) : requirement),
      ),
    ),
    ...group(t('Files'), fileItems(draft)),
    ...group(t('Excluded'), excludedItems(draft)),
  ];
}

/** Possible secrets that the user has not accepted. */
export function unreviewedSecrets({ diagnostics }: ReleaseDraft, accepted: ReadonlySet<string>): Diagnostic[] {
  return diagnostics.filter(
    (finding) => finding.fingerprint !== undefined && !isPrivate(finding) && !accepted.has(finding.fingerprint),
  );
}

/** What makes the project private, unless the user accepted that it is published. */
export function unacceptedPrivacy(
  { diagnostics }: ReleaseDraft,
  accepted: ReadonlySet<string>,
): Diagnostic | undefined {
  return accepted.has(PRIVATE_FINGERPRINT) ? undefined : diagnostics.find(isPrivate);
}

function isPrivate({ fingerprint }: Diagnostic): boolean {
  return fingerprint === PRIVATE_FINGERPRINT;
}

function decisionItems(draft: ReleaseDraft, { dryRun, accepted }: PreviewState): PreviewItem[] {
  const what = `${plainText(draft.name)} ${plainText(draft.version)}`;
  const size = `${countFiles(draft.files.length, t)}, ${formatBytes(draft.size)}`;
  const secrets = unreviewedSecrets(draft, accepted).length;
  const count = secrets === 1 ? t('1 possible secret') : t('{0} possible secrets', secrets);
  if (dryRun) {
    const isBlocked = unacceptedPrivacy(draft, accepted) !== undefined;
    const ready = isBlocked ? t('Publishing this private project requires confirmation.') : t('Ready to publish.');
    const detail = secrets === 0 ? ready : t('{0} to review before publishing.', count);
    const label = `$(check) ${t('Dry run of {0}: nothing will be published', what)}`;
    return [{ label, description: size, detail, alwaysShow: true, action: 'cancel' }];
  }
  if (unacceptedPrivacy(draft, accepted) !== undefined) {
    const label = `$(lock) ${t('Publish private project…')}`;
    const detail = t('Everyone on the network will be able to read {0}. You will be asked to confirm.', what);
    return [{ label, description: size, detail, alwaysShow: true, action: 'private' }];
  }
  if (secrets > 0) {
    const detail = t('Review each one before publishing {0}.', what);
    return [{ label: `$(shield) ${count}`, description: size, detail, alwaysShow: true, action: 'secrets' }];
  }
  const detail = t('Everyone on the network will be able to read it. This cannot be undone.');
  const label = `$(cloud-upload) ${t('Publish {0}', what)}`;
  return [{ label, description: size, detail, alwaysShow: true, action: 'publish' }];
}

/** The version, with the next lower one. A maintenance release can be lower than all others without being the first. */
function versionText({ version, previous, diagnostics }: ReleaseDraft): string {
  if (previous !== undefined) return t('{0} (previous: {1})', version, previous);
  return diagnostics.some(({ code }) => code === 'version-not-latest')
    ? t('{0} (no lower version)', version)
    : t('{0} (first release)', version);
}

function metadataItems(draft: ReleaseDraft, { withoutKey = false }: PreviewState): PreviewItem[] {
  const { metadata } = draft;
  return [
    detailItem(
      'account',
      t('Namespace'),
      withoutKey ? t('yours, created when you first publish') : t('{0} (you)', shortPublisherId(draft.publisher)),
    ),
    {
      ...detailItem('tag', t('Version'), versionText(draft)),
      detail: t('Select to publish another version. The manifest stays as it is.'),
      action: 'version',
    },
    ...(draft.latest === draft.version ? [] : [detailItem('versions', t('Latest version stays'), draft.latest)]),
    ...(draft.distTags.length === 0 ? [] : [detailItem('bookmark', t('Dist-tags'), distTagsText(draft))]),
    detailItem('law', t('License'), metadata.license === '' ? t('not specified') : metadata.license),
    ...(metadata.description === '' ? [] : [detailItem('note', t('Description'), metadata.description)]),
    ...(metadata.authors.length === 0 ? [] : [detailItem('person', t('Authors'), metadata.authors.join(', '))]),
    ...(metadata.tags.length === 0 ? [] : [detailItem('symbol-keyword', t('Tags'), metadata.tags.join(', '))]),
    { ...detailItem('file-code', t('Manifest'), draft.manifest), open: { path: draft.manifest } },
  ];
}

function distTagsText({ distTags }: ReleaseDraft): string {
  return distTags.map(({ tag, version }) => `${tag} ${version}`).join(', ');
}

function fileItems({ files }: ReleaseDraft): PreviewItem[] {
  const shown = files.slice(0, MAX_LISTED_FILES).map(({ path, size, executable, rule }): PreviewItem => ({
    ...detailItem(
      'file',
      path,
      `${executable === true ? t('{0}, executable', formatBytes(size)) : formatBytes(size)}, ${ruleText(rule)}`,
    ),
    open: { path },
  }));
  const left = files.length - shown.length;
  return left === 0 ? shown : [...shown, detailItem('ellipsis', t('and {0} more', countFiles(left, t)), '')];
}

/** What is not published, and why; an item with a rule in a file opens that file. */
function excludedItems({ excluded, moreExcluded }: ReleaseDraft): PreviewItem[] {
  const shown = excluded.slice(0, MAX_LISTED_FILES).map(({ path, rule }): PreviewItem => {
    const item = detailItem('exclude', path, ruleText(rule));
    const isInside = rule.path !== undefined && !rule.path.startsWith('../');
    return isInside
      ? { ...item, open: { path: rule.path, ...(rule.line === undefined ? {} : { line: rule.line }) } }
      : item;
  });
  const left = moreExcluded + excluded.length - shown.length;
  return left === 0 ? shown : [...shown, detailItem('ellipsis', t('and {0} more', left), '')];
}

function acceptableItem(finding: Diagnostic, { accepted }: PreviewState): PreviewItem {
  const item = diagnosticItem(finding);
  if (!accepted.has(finding.fingerprint ?? '')) return item;
  return {
    ...item,
    label: item.label.replace('$(error)', '$(pass)'),
    description: t('accepted; {0}', item.description ?? ''),
  };
}

function diagnosticItem({ severity, message, path, line, column }: Diagnostic): PreviewItem {
  const location = line === undefined ? path : `${path}:${line}`;
  return {
    // The location is the label, because the message can be long.
    ...detailItem(ICONS[severity], location, message),
    open: { path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
  };
}

function group(title: string, items: readonly PreviewItem[]): PreviewItem[] {
  return items.length === 0 ? [] : [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

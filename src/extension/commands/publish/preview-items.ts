import * as vscode from 'vscode';
import { shortPublisherId } from '../../../identity/publisher-id.ts';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';
import { changeItems, changesTitle } from './preview-changes.ts';
import { fact } from './preview-item.ts';
import type { PreviewItem } from './preview-item.ts';

const { t } = vscode.l10n;

/** What the preview is for, and what was decided on so far. */
export interface PreviewState {
  readonly dryRun: boolean;
  /** There is no publisher key yet: the draft's namespace stands for nobody. */
  readonly keyless?: boolean;
  /** Fingerprints of the secrets that the user accepts. */
  readonly accepted: ReadonlySet<string>;
}

/** Longest list of files that is shown; more make a quick pick slow. */
const MAX_FILES = 2_000;

const ICONS: Record<Diagnostic['severity'], string> = { error: 'error', warning: 'warning', information: 'info' };

/** Everything that publishing would show to others, with the decision first. */
export function previewItems(draft: ReleaseDraft, state: PreviewState): PreviewItem[] {
  const secrets = draft.diagnostics.filter(({ fingerprint }) => fingerprint !== undefined);
  const others = draft.diagnostics.filter(({ fingerprint }) => fingerprint === undefined);
  return [
    ...decision(draft, state),
    ...group(
      t('Looks like secrets'),
      secrets.map((secret) => secretItem(secret, state)),
    ),
    ...group(t('Remarks'), others.map(diagnosticItem)),
    ...group(t('What others will see'), about(draft, state)),
    ...(draft.changes === undefined ? [] : group(changesTitle(draft.changes), changeItems(draft.changes))),
    ...group(
      t('Dependencies'),
      draft.dependencies.map(({ id, requirement, optional }) =>
        fact('references', id, optional ? t('{0}, optional', requirement) : requirement),
      ),
    ),
    ...group(t('Files'), fileItems(draft)),
    ...group(
      t('Left out'),
      draft.skipped.map(({ path, reason }) => fact('exclude', path, reason)),
    ),
  ];
}

/** Secrets on which the user has not decided. */
export function openSecrets({ diagnostics }: ReleaseDraft, accepted: ReadonlySet<string>): Diagnostic[] {
  return diagnostics.filter(({ fingerprint }) => fingerprint !== undefined && !accepted.has(fingerprint));
}

function decision(draft: ReleaseDraft, { dryRun, accepted }: PreviewState): PreviewItem[] {
  const what = `${plainText(draft.name)} ${plainText(draft.version)}`;
  const size = `${countFiles(draft.files.length, t)}, ${formatBytes(draft.size)}`;
  const secrets = openSecrets(draft, accepted).length;
  const count = secrets === 1 ? t('1 place looks like a secret') : t('{0} places look like secrets', secrets);
  if (dryRun) {
    const detail =
      secrets === 0 ? t('It could be published as it is.') : t('{0}; publishing would ask about each.', count);
    const label = `$(check) ${t('Dry run of {0}: nothing is published', what)}`;
    return [{ label, description: size, detail, alwaysShow: true, action: 'cancel' }];
  }
  const leave: PreviewItem = { label: `$(close) ${t('Do not publish')}`, alwaysShow: true, action: 'cancel' };
  if (secrets > 0) {
    const detail = t('{0} cannot be published before you decided on each.', what);
    return [{ label: `$(shield) ${count}`, description: size, detail, alwaysShow: true, action: 'secrets' }, leave];
  }
  const detail = t('Everyone on the network can read it then, and it cannot be taken back.');
  const label = `$(cloud-upload) ${t('Publish {0}', what)}`;
  return [{ label, description: size, detail, alwaysShow: true, action: 'publish' }, leave];
}

function about(draft: ReleaseDraft, { keyless = false }: PreviewState): PreviewItem[] {
  const { metadata, previous } = draft;
  return [
    fact(
      'account',
      t('Namespace'),
      keyless ? t('your own, made when you first publish') : t('{0} (you)', shortPublisherId(draft.publisher)),
    ),
    fact(
      'tag',
      t('Version'),
      previous === undefined ? t('{0}, the first', draft.version) : t('{0}, after {1}', draft.version, previous),
    ),
    fact('law', t('Licence'), metadata.license === '' ? t('none named') : metadata.license),
    ...(metadata.description === '' ? [] : [fact('note', t('Description'), metadata.description)]),
    ...(metadata.authors.length === 0 ? [] : [fact('person', t('Authors'), metadata.authors.join(', '))]),
    ...(metadata.tags.length === 0 ? [] : [fact('symbol-keyword', t('Tags'), metadata.tags.join(', '))]),
    { ...fact('file-code', t('Read from'), draft.manifest), open: { path: draft.manifest } },
  ];
}

function fileItems({ files }: ReleaseDraft): PreviewItem[] {
  const shown = files.slice(0, MAX_FILES).map(({ path, size }): PreviewItem => ({
    ...fact('file', path, formatBytes(size)),
    open: { path },
  }));
  const left = files.length - shown.length;
  return left === 0 ? shown : [...shown, fact('ellipsis', t('and {0} more', countFiles(left, t)), '')];
}

function secretItem(secret: Diagnostic, { accepted }: PreviewState): PreviewItem {
  const item = diagnosticItem(secret);
  if (!accepted.has(secret.fingerprint ?? '')) return item;
  return {
    ...item,
    label: item.label.replace('$(error)', '$(pass)'),
    description: t('accepted; {0}', item.description ?? ''),
  };
}

function diagnosticItem({ severity, message, path, line, column }: Diagnostic): PreviewItem {
  const place = line === undefined ? path : `${path}:${line}`;
  return {
    // The place first: the message is too long to be read beside anything.
    ...fact(ICONS[severity], place, message),
    open: { path, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
  };
}

function group(title: string, items: readonly PreviewItem[]): PreviewItem[] {
  return items.length === 0 ? [] : [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

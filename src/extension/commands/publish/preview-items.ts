import * as vscode from 'vscode';
import { shortPublisherId } from '../../../identity/publisher-id.ts';
import type { Diagnostic, ReleaseDraft } from '../../../shared/model.ts';
import { countFiles, formatBytes } from '../../ui/format.ts';
import { plainText } from '../../ui/plain-text.ts';

const { t } = vscode.l10n;

export interface PreviewItem extends vscode.QuickPickItem {
  readonly action?: 'publish' | 'cancel';
  /** File to show, relative to the root, and the line. */
  readonly open?: { readonly path: string; readonly line?: number };
}

/** Longest list of files that is shown; more make a quick pick slow. */
const MAX_FILES = 2_000;

/** Everything that publishing would show to others, with the decision first. */
export function previewItems(draft: ReleaseDraft): PreviewItem[] {
  return [
    ...decision(draft),
    ...group(t('Warnings'), draft.diagnostics.filter(({ severity }) => severity !== 'error').map(diagnosticItem)),
    ...group(t('What others will see'), about(draft)),
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

function decision(draft: ReleaseDraft): PreviewItem[] {
  const what = `${plainText(draft.name)} ${plainText(draft.version)}`;
  const size = `${countFiles(draft.files.length, t)}, ${formatBytes(draft.size)}`;
  return [
    {
      label: `$(cloud-upload) ${t('Publish {0}', what)}`,
      description: size,
      detail: t('Everyone on the network can read it then, and it cannot be taken back.'),
      alwaysShow: true,
      action: 'publish',
    },
    { label: `$(close) ${t('Do not publish')}`, alwaysShow: true, action: 'cancel' },
  ];
}

function about(draft: ReleaseDraft): PreviewItem[] {
  const { metadata, previous } = draft;
  return [
    fact('account', t('Namespace'), t('{0} (you)', shortPublisherId(draft.publisher))),
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

function diagnosticItem({ message, path, line }: Diagnostic): PreviewItem {
  return {
    ...fact('warning', message, line === undefined ? path : `${path}:${line}`),
    open: { path, ...(line === undefined ? {} : { line }) },
  };
}

function fact(icon: string, label: string, description: string): PreviewItem {
  return { label: `$(${icon}) ${plainText(label)}`, description: plainText(description, 200) };
}

function group(title: string, items: readonly PreviewItem[]): PreviewItem[] {
  return items.length === 0 ? [] : [{ label: title, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

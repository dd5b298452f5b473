import type { AuthoringCalls, Calls } from '../../../shared/api/index.ts';
import { commitDraft } from '../../authoring/commit-draft.ts';
import type { CommitDraftDeps } from '../../authoring/commit-draft.ts';
import { draftDistTag } from '../../authoring/draft-dist-tag.ts';
import { draftMerge } from '../../authoring/draft-merge.ts';
import { draftRelease } from '../../authoring/draft-release.ts';
import type { DraftContext } from '../../authoring/draft-release.ts';
import { draftYank } from '../../authoring/draft-yank.ts';
import type { Drafts } from '../../authoring/drafts.ts';
import type { CallSpan } from '../../telemetry/observe-call.ts';
import type { CallRows } from './call-row.ts';

export type AuthoringCallParts = CommitDraftDeps &
  DraftContext['context'] & { readonly drafts: Drafts; readonly lookup: DraftContext['lookup'] };

type PublishSpan = CallSpan<Calls['publish']['request'], Calls['publish']['response']>;

const publishAttributes: PublishSpan['responseAttributes'] = ({ id, version, announcedTo, dhtStored }) => ({
  package_id: id,
  package_version: version,
  announced_to: announcedTo,
  dht_stored: dhtStored,
});

export const authoringCalls: CallRows<AuthoringCalls, AuthoringCallParts> = {
  draftRelease: {
    form: { root: 'text', manifest: 'text?', publisher: 'text', version: 'text?', limits: 'map?', tag: 'text?' },
    idempotent: true,
    span: {
      name: 'draft_release',
      responseAttributes: ({ id, version, size }) => ({ package_id: id, package_version: version, package_size: size }),
    },
    run: (parts, request, { signal, onProgress }) => {
      const { drafts, lookup } = parts;
      return draftRelease({ context: parts, drafts, lookup }, request, signal, onProgress);
    },
  },
  draftYank: {
    form: { id: 'text', version: 'text', yanked: 'flag', publisher: 'text' },
    idempotent: true,
    run: ({ catalog, drafts }, request) => draftYank(catalog, drafts, request),
  },
  draftDistTag: {
    form: { id: 'text', tag: 'text', version: 'text?', publisher: 'text' },
    idempotent: true,
    run: ({ catalog, drafts }, request) => draftDistTag(catalog, drafts, request),
  },
  draftMerge: {
    form: { id: 'text', publisher: 'text' },
    idempotent: true,
    run: ({ catalog, drafts }, request) => draftMerge(catalog, drafts, request),
  },
  discardDraft: {
    form: { draft: 'text' },
    idempotent: true,
    run: ({ drafts }, { draft }) => drafts.discard(draft),
  },
  publish: {
    form: { draft: 'text', signature: 'bytes', accepted: 'texts?' },
    idempotent: false,
    span: { name: 'publish', responseAttributes: publishAttributes },
    measure: (_receipt, metrics) => {
      metrics.add('p2p_packages_published_total');
    },
    run: (parts, draft, { signal }) =>
      commitDraft(parts, parts.drafts, draft, ['release', 'dist-tag', 'merge'], signal),
  },
  delete: {
    form: { draft: 'text', signature: 'bytes', accepted: 'texts?' },
    idempotent: false,
    span: { name: 'delete', responseAttributes: publishAttributes },
    run: (parts, draft, { signal }) => commitDraft(parts, parts.drafts, draft, ['yank'], signal),
  },
};

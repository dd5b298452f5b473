import { randomUUID } from 'node:crypto';
import { GgenError } from '../../shared/errors.ts';
import type { UnsignedDraft } from '../../shared/model.ts';
import type { PackedContent } from './pack.ts';
import { encodePayload } from '../records/payload.ts';
import { bytesToSign } from '../records/record.ts';
import type { PackageRecord } from '../records/record.ts';

/** A record that waits for its publisher's signature, with the blocks that it will make public. */
export interface Draft {
  readonly id: string;
  /** `merge`: nothing new is said, only what was signed apart on two machines is united. */
  readonly kind: 'release' | 'yank' | 'merge';
  readonly record: PackageRecord;
  readonly version: string;
  readonly payload: Uint8Array;
  readonly bytesToSign: Uint8Array;
  /** Absent for a yank, which has no content. */
  readonly content?: PackedContent;
  /** Fingerprints of the secrets in it, each of which the publisher must accept. */
  readonly secrets: readonly string[];
}

export type NewDraft = Pick<Draft, 'kind' | 'record' | 'version' | 'content'> & Partial<Pick<Draft, 'secrets'>>;

/** Drafts older than this are forgotten: whoever made them went away. */
const DRAFT_LIFETIME_MS = 60 * 60 * 1000;

/** The drafts of this engine. Nothing of them is visible to anyone until it is signed. */
export class Drafts {
  readonly #drafts = new Map<string, { draft: Draft; expiry: NodeJS.Timeout; committing: boolean }>();

  /** @throws GgenError RecordTooLarge, RecordInvalid */
  add(newDraft: NewDraft): Draft {
    const payload = encodePayload(newDraft.record);
    const draft: Draft = {
      secrets: [],
      ...newDraft,
      id: randomUUID(),
      payload,
      bytesToSign: bytesToSign(payload),
    };
    const expiry = setTimeout(() => {
      // Whatever stays of it is removed with all drafts at the next start.
      this.discard(draft.id).catch(() => undefined);
    }, DRAFT_LIFETIME_MS);
    expiry.unref();
    this.#drafts.set(draft.id, { draft, expiry, committing: false });
    return draft;
  }

  /**
   * Do with a draft what makes it public. Meanwhile it can neither be discarded nor committed a second time; afterwards
   * it is gone, unless that failed.
   *
   * @throws GgenError DraftNotFound, InvalidRequest, and what `work` throws
   */
  async commit<T>(id: string, kinds: readonly Draft['kind'][], work: (draft: Draft) => Promise<T>): Promise<T> {
    const draft = this.#get(id, kinds);
    const entry = this.#drafts.get(id);
    if (entry !== undefined) entry.committing = true;
    try {
      const result = await work(draft);
      this.#drafts.delete(id);
      clearTimeout(entry?.expiry);
      // The blocks are where they are served from; left-overs of the draft are removed at the next start.
      await draft.content?.discard().catch(() => undefined);
      return result;
    } finally {
      if (entry !== undefined) entry.committing = false;
    }
  }

  #get(id: string, kinds: readonly Draft['kind'][]): Draft {
    const entry = this.#drafts.get(id);
    const draft = entry?.draft;
    if (draft === undefined || entry?.committing === true) {
      throw new GgenError('DraftNotFound', 'This draft no longer exists. Prepare it again.', {
        details: { draft: id },
      });
    }
    if (!kinds.includes(draft.kind)) {
      throw new GgenError('InvalidRequest', `This draft is for ${draft.kind}, not for ${kinds.join(' or ')}.`, {
        details: { draft: id },
      });
    }
    return draft;
  }

  /** Forget a draft and remove its blocks. Unknown ids are ignored, and so are drafts that are being published. */
  async discard(id: string): Promise<void> {
    const entry = this.#drafts.get(id);
    if (entry === undefined || entry.committing) return;
    clearTimeout(entry.expiry);
    this.#drafts.delete(id);
    await entry.draft.content?.discard();
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#drafts.keys()].map((id) => this.discard(id)));
  }
}

/** What the caller gets of a draft: the bytes to sign, and the handle. */
export function toUnsignedDraft(draft: Draft): UnsignedDraft {
  const { publisher, name } = draft.record;
  return { draft: draft.id, id: `${publisher}/${name}`, version: draft.version, bytesToSign: draft.bytesToSign };
}

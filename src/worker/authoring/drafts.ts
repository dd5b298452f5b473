import { randomUUID } from 'node:crypto';
import { GgenError } from '../../shared/errors.ts';
import type { UnsignedDraft } from '../../shared/model.ts';
import type { PackedContent } from './pack.ts';
import { encodePayload } from '../records/payload.ts';
import { assertNoFutureTimes } from '../records/record-times.ts';
import { bytesToSign } from '../records/record.ts';
import type { PackageRecord } from '../records/record.ts';

/** A record that waits for its publisher's signature, with the blocks that it will publish. */
export interface Draft {
  readonly id: string;
  /** `merge` adds no release; it merges records that two machines signed independently. */
  readonly kind: 'release' | 'yank' | 'dist-tag' | 'merge';
  readonly record: PackageRecord;
  readonly version: string;
  readonly payload: Uint8Array;
  readonly bytesToSign: Uint8Array;
  /** Absent unless it is a release. */
  readonly content?: PackedContent;
  /** Fingerprints of the findings that block publishing until the publisher accepts each one. */
  readonly fingerprints: readonly string[];
}

export type NewDraft = Pick<Draft, 'kind' | 'record' | 'version' | 'content'> & Partial<Pick<Draft, 'fingerprints'>>;

/** Older drafts are discarded: their caller is gone. */
const DRAFT_LIFETIME_MS = 60 * 60 * 1000;

/** The drafts of this engine. A draft stays local until it is signed and published. */
export class Drafts {
  readonly #drafts = new Map<string, { draft: Draft; expiry: NodeJS.Timeout; committing: boolean }>();

  /** Checks what every peer will check, so that no record is signed that peers reject. @throws GgenError RecordTooLarge, RecordInvalid */
  add(newDraft: NewDraft): Draft {
    const payload = encodePayload(newDraft.record);
    assertNoFutureTimes(newDraft.record, Date.now());
    const draft: Draft = {
      fingerprints: [],
      ...newDraft,
      id: randomUUID(),
      payload,
      bytesToSign: bytesToSign(payload),
    };
    const expiry = setTimeout(() => {
      // Blocks that cannot be removed now are removed at the next start.
      this.discard(draft.id).catch(() => undefined);
    }, DRAFT_LIFETIME_MS);
    expiry.unref();
    this.#drafts.set(draft.id, { draft, expiry, committing: false });
    return draft;
  }

  /**
   * Runs `work` to publish a draft. During the work the draft can be neither discarded nor committed again; afterwards it is
   * removed unless `work` failed.
   *
   * @throws GgenError DraftNotFound, InvalidRequest, and the errors of `work`
   */
  async commit<T>(id: string, kinds: readonly Draft['kind'][], work: (draft: Draft) => Promise<T>): Promise<T> {
    const draft = this.#get(id, kinds);
    const entry = this.#drafts.get(id);
    if (entry !== undefined) entry.committing = true;
    try {
      const result = await work(draft);
      this.#drafts.delete(id);
      clearTimeout(entry?.expiry);
      // The blocks are in the block store by now; the next start removes what is left of the draft.
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

  /** Forgets a draft and removes its blocks. Ignores unknown ids and drafts that are being committed. */
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

/** The caller's view of a draft: its id and the bytes to sign. */
export function toUnsignedDraft(draft: Draft): UnsignedDraft {
  const { publisher, name } = draft.record;
  return { draft: draft.id, id: `${publisher}/${name}`, version: draft.version, bytesToSign: draft.bytesToSign };
}

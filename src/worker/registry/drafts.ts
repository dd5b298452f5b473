import { randomUUID } from 'node:crypto';
import { GgenError } from '../../shared/errors.ts';
import type { PackedContent } from '../content/pack.ts';
import { encodePayload } from '../records/payload.ts';
import { bytesToSign } from '../records/record.ts';
import type { PackageRecord } from '../records/record.ts';

/** A record that waits for its publisher's signature, with the blocks that it will make public. */
export interface Draft {
  readonly id: string;
  readonly kind: 'release' | 'yank';
  readonly record: PackageRecord;
  readonly version: string;
  readonly payload: Uint8Array;
  readonly bytesToSign: Uint8Array;
  /** Absent for a yank, which has no content. */
  readonly content?: PackedContent;
}

/** Drafts older than this are forgotten: whoever made them went away. */
const LIFETIME_MS = 60 * 60 * 1000;

/** The drafts of this engine. Nothing of them is visible to anyone until it is signed. */
export class Drafts {
  readonly #drafts = new Map<string, { draft: Draft; expiry: NodeJS.Timeout }>();

  /** @throws GgenError RecordTooLarge, RecordInvalid */
  add(kind: Draft['kind'], record: PackageRecord, version: string, content?: Draft['content']): Draft {
    const payload = encodePayload(record);
    const draft: Draft = {
      id: randomUUID(),
      kind,
      record,
      version,
      payload,
      bytesToSign: bytesToSign(payload),
      ...(content === undefined ? {} : { content }),
    };
    const expiry = setTimeout(() => {
      void this.discard(draft.id);
    }, LIFETIME_MS);
    expiry.unref();
    this.#drafts.set(draft.id, { draft, expiry });
    return draft;
  }

  /** @throws GgenError DraftNotFound */
  get(id: string, kind: Draft['kind']): Draft {
    const draft = this.#drafts.get(id)?.draft;
    if (draft === undefined) {
      throw new GgenError('DraftNotFound', 'This draft no longer exists. Prepare it again.', {
        details: { draft: id },
      });
    }
    if (draft.kind !== kind) {
      throw new GgenError('InvalidRequest', `This draft is to ${draft.kind}, not to ${kind}.`, {
        details: { draft: id },
      });
    }
    return draft;
  }

  /** Forget a draft and remove its blocks. Unknown ids are ignored. */
  async discard(id: string): Promise<void> {
    const entry = this.#drafts.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.expiry);
    this.#drafts.delete(id);
    await entry.draft.content?.discard();
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#drafts.keys()].map((id) => this.discard(id)));
  }
}

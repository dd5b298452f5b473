import type { ManifestKind } from '../../../shared/model.ts';
import type { Table } from './document.ts';
import type { ManifestFields } from './manifest-fields.ts';
import type { RawManifest } from './manifest.ts';

/** What a reader may read of the project besides its manifest. */
export interface ManifestContext {
  /** Path of the manifest, relative to the root. */
  readonly path: string;
  /**
   * Reads another manifest of the same language inside the project; undefined when there is none or it is unreadable.
   */
  readonly readTable: (path: string) => Promise<Table | undefined>;
}

/** Reads one form of manifest. */
export interface ManifestReader {
  readonly kind: ManifestKind;
  /** Names of the files that can have this form. */
  readonly files: readonly string[];
  /** Whether a document has this form. Readers are asked in order; the last one for a file accepts every document. */
  readonly accepts: (root: ManifestFields) => boolean;
  readonly read: (root: ManifestFields, context: ManifestContext) => RawManifest | Promise<RawManifest>;
}

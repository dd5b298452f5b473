import type { ManifestKind } from '../../../shared/model.ts';
import type { ManifestFields } from './manifest-fields.ts';
import type { RawManifest } from './manifest.ts';
import type { RelatedManifests } from './related-manifests.ts';

/** What a reader may read of the project besides its manifest. */
export interface ManifestContext {
  /** Path of the manifest, relative to the root. */
  readonly path: string;
  readonly related: RelatedManifests;
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

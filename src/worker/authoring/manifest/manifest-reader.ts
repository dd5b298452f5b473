import type { ManifestKind } from '../../../shared/model.ts';
import type { Table } from './document.ts';
import type { ManifestFields } from './manifest-fields.ts';
import type { RawManifest } from './manifest.ts';

/** The project around a manifest, as far as a reader may look at it. */
export interface ManifestContext {
  /** The manifest, relative to the root. */
  readonly path: string;
  /** Another manifest of the same language inside the project; undefined when there is none that can be read. */
  readonly readTable: (path: string) => Promise<Table | undefined>;
}

/** Reads one form of manifest. */
export interface ManifestReader {
  readonly kind: ManifestKind;
  /** Names of the files in which this form is found. */
  readonly files: readonly string[];
  /** Whether a document has this form. Readers are asked in the order of the table; the last for a file takes all. */
  readonly accepts: (root: ManifestFields) => boolean;
  readonly read: (root: ManifestFields, context: ManifestContext) => RawManifest | Promise<RawManifest>;
}

import type { ManifestReader } from '../manifest-reader.ts';
import { readGgen } from './ggen.ts';

/** Form B, like Cargo's: `gpack.toml` with `[package]`, and `[metadata]` and `[tags]` beside it. */
export const gpackPackageReader: ManifestReader = {
  kind: 'gpack-package',
  files: ['gpack.toml'],
  accepts: (root) => root.hasTable('package'),
  read: (root) => readGgen(root, root.sub('package')),
};

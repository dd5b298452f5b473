import type { ManifestReader } from '../manifest-reader.ts';
import { GGEN_FILES, readGgen } from './ggen.ts';

/** Form A, the canonical one: `gpack.toml` with `[gpack]`, named by its reverse-domain `id`. */
export const gpackReader: ManifestReader = {
  kind: 'gpack',
  files: GGEN_FILES,
  accepts: (root) => root.hasTable('gpack'),
  read: (root) => readGgen(root, root.sub('gpack')),
};

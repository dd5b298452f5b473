import type { ManifestReader } from '../manifest-reader.ts';
import { GGEN_FILES, readGgen } from './ggen.ts';

/** Form E: `pack.toml` with `[pack]`. */
export const packTomlReader: ManifestReader = {
  kind: 'pack-toml',
  files: GGEN_FILES,
  accepts: (root) => root.hasTable('pack'),
  read: (root) => readGgen(root, root.sub('pack')),
};

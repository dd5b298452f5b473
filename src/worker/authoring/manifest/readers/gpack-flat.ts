import type { ManifestReader } from '../manifest-reader.ts';
import { GGEN_FILES, readGgen } from './ggen.ts';

const NO_TABLE_MESSAGE =
  'The manifest has neither a `name` at the top level nor a `[gpack]`, `[package]`, or `[pack]` table.';

/** Form C: keys at the root of the file; accepts what no other form accepts. */
export const gpackFlatReader: ManifestReader = {
  kind: 'gpack-flat',
  files: GGEN_FILES,
  accepts: () => true,
  read: (root) => {
    const raw = readGgen(root, root);
    return raw.name === undefined && raw.version === undefined
      ? { ...raw, noPackageReason: { value: NO_TABLE_MESSAGE, at: [] } }
      : raw;
  },
};

import type { ManifestReader } from '../manifest-reader.ts';
import { readGgen } from './ggen.ts';

/** Form D, the most common: `package.toml` with `[package]`, sometimes with tags in `[package.tags]`. */
export const packageTomlReader: ManifestReader = {
  kind: 'package-toml',
  files: ['package.toml', 'pack.toml'],
  accepts: (root) => root.hasTable('package'),
  read: (root) => readGgen(root, root.sub('package')),
};

import { posix } from 'node:path';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ManifestKind } from '../../../shared/model.ts';
import type { ManifestFields } from './manifest-fields.ts';
import type { ManifestReader } from './manifest-reader.ts';
import { cargoReader } from './readers/cargo.ts';
import { gpackFlatReader } from './readers/gpack-flat.ts';
import { gpackPackageReader } from './readers/gpack-package.ts';
import { gpackReader } from './readers/gpack.ts';
import { npmReader } from './readers/npm.ts';
import { packTomlReader } from './readers/pack-toml.ts';
import { packageTomlReader } from './readers/package-toml.ts';
import { pythonReader } from './readers/python.ts';

/** All readers, in the order in which they are tried. */
const READERS: readonly ManifestReader[] = [
  gpackReader,
  gpackPackageReader,
  packageTomlReader,
  packTomlReader,
  gpackFlatReader,
  npmReader,
  cargoReader,
  pythonReader,
];

const KIND_OF_FILE: Readonly<Record<(typeof MANIFEST_FILES)[number], ManifestKind>> = {
  'gpack.toml': 'gpack',
  'package.toml': 'package-toml',
  'pack.toml': 'pack-toml',
  'package.json': 'npm',
  'Cargo.toml': 'cargo',
  'pyproject.toml': 'python',
};

export function isManifestFile(name: string): name is (typeof MANIFEST_FILES)[number] {
  return (MANIFEST_FILES as readonly string[]).includes(name);
}

/** Chooses the manifest among the file names in a project's root: the first in the order of MANIFEST_FILES. */
export function findManifest(names: Iterable<string>): string | undefined {
  const present = new Set(names);
  return MANIFEST_FILES.find((file) => present.has(file));
}

/** Kind of a manifest whose content cannot be read. */
export function kindOf(path: string): ManifestKind {
  const file = posix.basename(path);
  return isManifestFile(file) ? KIND_OF_FILE[file] : 'gpack';
}

/** Chooses the reader for the content of a file in MANIFEST_FILES. */
export function readerFor(file: string, root: ManifestFields): ManifestReader {
  const reader = READERS.find(({ files, accepts }) => files.includes(file) && accepts(root));
  if (reader === undefined) throw new GgenError('Internal', `No reader for ${file}.`);
  return reader;
}

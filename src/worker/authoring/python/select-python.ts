import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../manifest/manifest.ts';
import type { FileSelection } from '../selection/file-selection.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import { flitListing } from './flit.ts';
import { hatchListing } from './hatch.ts';
import { poetryListing } from './poetry.ts';
import type { PythonPackage } from '../manifest/package-formats/python-package.ts';
import { PythonSelection } from './python-selection.ts';
import type { FileListing } from './python-selection.ts';
import { setuptoolsListing } from './setuptools.ts';

/**
 * The files that the project's build tool puts into a source distribution, as far as the manifest declares them: no
 * code of the project runs. Undefined when it does not.
 *
 * @param root absolute path of the project
 * @throws GgenError InvalidRequest
 */
export async function pythonSelection(
  root: string,
  manifest: Manifest,
  content: PythonPackage,
): Promise<FileSelection | undefined> {
  const folder = manifestFolder(manifest);
  const listing = await listingOf(join(root, folder), manifest, content);
  return listing && new PythonSelection(folder, listing);
}

async function listingOf(folder: string, { path }: Manifest, content: PythonPackage): Promise<FileListing | undefined> {
  switch (content.backend) {
    case 'flit':
      return flitListing(content, path);
    case 'poetry':
      return poetryListing(content, path);
    case 'hatch':
      return hatchListing(content, path, folder);
    case 'setuptools':
      return setuptoolsListing(content, path, folder, new Set(await readdir(folder)));
  }
}

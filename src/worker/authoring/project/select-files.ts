import { cargoSelection } from '../cargo/cargo-selection.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { npmSelection } from '../npm/npm-selection.ts';
import { pythonSelection } from '../python/select-python.ts';
import type { FileSelection, RepositoryFiles } from '../selection/file-selection.ts';
import { ManifestSelection } from '../selection/manifest-selection.ts';

/**
 * The rules by which a project's files are packed: those of its package manager, else those of its manifest.
 *
 * @param root absolute path of the project, links resolved
 * @throws GgenError InvalidRequest
 */
export async function selectFiles(
  root: string,
  manifest: Manifest | undefined,
  repository: RepositoryFiles,
): Promise<FileSelection> {
  if (manifest?.npm !== undefined) return npmSelection(root, manifest, manifest.npm, repository);
  if (manifest?.cargo !== undefined) return cargoSelection(root, manifest, manifest.cargo, repository);
  const python = manifest?.python && (await pythonSelection(root, manifest, manifest.python));
  return python ?? new ManifestSelection(manifest);
}

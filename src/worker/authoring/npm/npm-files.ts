import { GgenError, errorMessage } from '../../../shared/errors.ts';
import type { RepositoryLinks } from '../project/repository-links.ts';
import { BundledPackages } from './bundled-packages.ts';
import { listPackedFiles, withoutLinks } from './linked-files.ts';
import type { NpmPackage } from './npm-package.ts';
import { workspaceFolders, workspaceOf } from './workspaces.ts';

/**
 * The files that `npm pack` packs, found by npm's own code: `files`, .npmignore and .gitignore, and what npm always
 * includes and excludes. No script of the package is run. In one thing it differs: npm leaves out links, and here those
 * inside the repository count as what they lead to.
 *
 * @param folder absolute path of the package, links resolved
 * @returns paths relative to the folder, NFC, with forward slashes
 * @throws GgenError InvalidRequest when a folder or an ignore file cannot be read
 */
export async function npmFiles(folder: string, content: NpmPackage, links: RepositoryLinks): Promise<string[]> {
  const members = await workspaceFolders(folder, content);
  const workspace = await workspaceOf(folder);
  const options = workspace === undefined ? {} : { prefix: workspace, workspaces: [folder] };
  try {
    const tree = new BundledPackages(folder).rootNode(await withoutLinks(folder, content, links), members);
    const listed = await listPackedFiles(tree, { path: folder, ...options }, links);
    // npm writes `./` before a name that begins with `@`, for tar.
    return listed.map((path) => path.replace(/^\.\//, '').normalize('NFC'));
  } catch (cause) {
    const message = `Cannot list the files that npm packs in ${folder}: ${errorMessage(cause)}`;
    throw new GgenError('InvalidRequest', message, { details: { path: folder }, cause });
  }
}

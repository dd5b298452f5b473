import { readdir } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import type { RepositoryLinks } from '../repository/repository-links.ts';
import { BundledPackages } from './bundled-packages.ts';
import { listPackedFiles, withoutLinks } from './linked-files.ts';
import type { NpmPackage } from '../manifest/package-formats/npm-package.ts';
import { workspaceFolders, workspaceOf } from '../workspaces/npm-workspaces.ts';

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
    const expanded = await withCommands(folder, content);
    const tree = new BundledPackages(folder).rootNode(await withoutLinks(folder, expanded, links), members);
    const listed = await listPackedFiles(tree, { path: folder, ...options }, links);
    // npm writes `./` before a name that begins with `@`, for tar.
    return listed.map((path) => path.replace(/^\.\//, '').normalize('NFC'));
  } catch (cause) {
    const message = `Cannot list the files that npm packs in ${folder}: ${errorMessage(cause)}`;
    throw new GgenError('InvalidRequest', message, { details: { path: folder }, cause });
  }
}

/** npm packs each file in the folder of commands, except hidden ones, as if `bin` named it. */
async function withCommands(folder: string, content: NpmPackage): Promise<NpmPackage> {
  const { binFolder } = content;
  if (binFolder === undefined) return content;
  const root = join(folder, binFolder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter((names) => !names.some((name) => name.startsWith('.')))
    .map((names) => posix.join(binFolder, ...names));
  return { ...content, bin: Object.fromEntries(paths.map((path) => [path, path])) };
}

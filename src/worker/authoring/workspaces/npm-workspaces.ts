import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { minimatch } from 'minimatch';
import { isTable } from '../manifest/document.ts';
import { npmPackage } from '../manifest/package-formats/npm-package.ts';
import type { NpmPackage } from '../manifest/package-formats/npm-package.ts';

/** Parent folders searched for a workspace. */
const MAX_PARENT_LEVELS = 64;
/** Folders that a pattern with `**` visits at most. */
const MAX_VISITED_FOLDERS = 20_000;

/** Folders of the members of an npm workspace. @param root absolute path of the workspace */
export function workspaceFolders(root: string, { workspaces }: NpmPackage): Promise<string[]> {
  return memberFolders(root, workspaces, 'package.json');
}

/**
 * Folders of the members of a workspace, as `@npmcli/map-workspaces` finds them: each folder that a pattern matches and
 * that has a manifest. A later pattern with `!` removes members.
 *
 * @param root absolute path of the workspace
 * @param manifest file name of the members' manifests
 */
export async function memberFolders(root: string, patterns: readonly string[], manifest: string): Promise<string[]> {
  const folders = new Set<string>();
  for (const pattern of patterns) {
    const isNegated = pattern.startsWith('!');
    for (const folder of await expand(root, isNegated ? pattern.slice(1) : pattern)) {
      if (isNegated) folders.delete(folder);
      else if (await exists(join(folder, manifest))) folders.add(folder);
    }
  }
  return [...folders];
}

/** The workspace that a folder is a member of; undefined when there is none. */
export async function workspaceOf(folder: string): Promise<string | undefined> {
  let parent = dirname(folder);
  for (let level = 0; level < MAX_PARENT_LEVELS && parent !== dirname(parent); level++) {
    const found = await readPackage(join(parent, 'package.json'));
    if (found !== undefined && (await workspaceFolders(parent, found)).includes(folder)) return parent;
    parent = dirname(parent);
  }
  return undefined;
}

async function readPackage(path: string): Promise<NpmPackage | undefined> {
  try {
    const value: unknown = JSON.parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''));
    return isTable(value) ? npmPackage(value) : undefined;
  } catch {
    return undefined;
  }
}

async function expand(root: string, pattern: string): Promise<string[]> {
  const budget = { folders: MAX_VISITED_FOLDERS };
  const alternatives = minimatch.braceExpand(pattern.replace(/^\.?\//, '').replace(/\/+$/, ''));
  const found = alternatives.map((one) => expandSegments(root, one.split('/'), budget));
  return (await Promise.all(found)).flat();
}

async function expandSegments(
  folder: string,
  [segment, ...rest]: readonly string[],
  budget: { folders: number },
): Promise<string[]> {
  if (segment === undefined) return [folder];
  if (segment === '.' || segment === '') return expandSegments(folder, rest, budget);
  if (!/[*?[(]/.test(segment)) return expandSegments(join(folder, segment), rest, budget);
  if (budget.folders-- <= 0) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && entry.name !== 'node_modules').map(({ name }) => name);
  const found = segment === '**' ? await expandSegments(folder, rest, budget) : [];
  for (const name of names.filter((one) => minimatch(one, segment === '**' ? '*' : segment))) {
    found.push(...(await expandSegments(join(folder, name), segment === '**' ? [segment, ...rest] : rest, budget)));
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

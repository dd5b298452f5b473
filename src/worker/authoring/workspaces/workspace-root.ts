import { posix, relative, sep } from 'node:path';
import { minimatch } from 'minimatch';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { WorkspaceMember } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { memberFolders } from './npm-workspaces.ts';
import { workspacePatterns } from './workspace-patterns.ts';
import type { WorkspacePatterns } from './workspace-patterns.ts';

/** Further members are not offered. */
const MAX_MEMBERS = 1_000;
const MAX_CONCURRENT_READS = 16;
const MAX_NAMED_MEMBERS = 10;

/** Whether a folder is the root of a workspace of npm, pnpm, Yarn, Lerna, Rush, Cargo or uv. */
export async function isWorkspaceRoot(folder: string): Promise<boolean> {
  return (await workspacePatterns(folder)).length > 0;
}

/**
 * The packages of the workspaces whose root is this folder, sorted by path.
 *
 * @param folder absolute
 */
export async function workspaceMembers(folder: string): Promise<WorkspaceMember[]> {
  const patterns = await workspacePatterns(folder);
  const found = (await Promise.all(patterns.map((one) => foldersOf(folder, one)))).flat();
  const distinct = [...new Map(found.map((one) => [one.path, one])).values()].toSorted(byPath).slice(0, MAX_MEMBERS);
  const members: WorkspaceMember[] = [];
  for (let at = 0; at < distinct.length; at += MAX_CONCURRENT_READS) {
    const batch = distinct.slice(at, at + MAX_CONCURRENT_READS);
    members.push(...(await Promise.all(batch.map((one) => readMember(folder, one)))));
  }
  return members;
}

/**
 * Rejects the root of a workspace that is no package itself: without a name or version, or private. Its members are
 * published one by one.
 *
 * @throws GgenError WorkspaceRoot with `details.members`
 */
export async function refuseWorkspaceRoot(root: string, manifest: Manifest | undefined): Promise<void> {
  if (manifest !== undefined && isPackage(manifest)) return;
  const members = await workspaceMembers(root);
  if (members.length === 0) return;
  const named = members.slice(0, MAX_NAMED_MEMBERS).map(({ path }) => escapeInvisibleCharacters(path));
  const more = members.length > named.length ? ` and ${members.length - named.length} more` : '';
  const message =
    `${root} is the root of a workspace, not a package. ` +
    `Publish one of its members instead: ${named.join(', ')}${more}.`;
  throw new GgenError('WorkspaceRoot', message, {
    details: { root, members: members.map((member) => JSON.stringify(member)) },
  });
}

/** A manifest that cannot be read counts as a package, so that its errors are reported. */
function isPackage({ name, version, diagnostics }: Manifest): boolean {
  const isUnreadable = diagnostics.some(({ code }) => UNREADABLE.has(code));
  return isUnreadable || (name !== '' && version !== '' && !diagnostics.some(({ code }) => code === 'project-private'));
}

const UNREADABLE: ReadonlySet<string> = new Set([
  'manifest-syntax',
  'manifest-encoding',
  'manifest-too-large',
  'manifest-link',
  'manifest-not-a-file',
  'manifest-name-invalid',
  'manifest-version-invalid',
]);

interface MemberFolder {
  /** Relative to the workspace's root. */
  readonly path: string;
  readonly manifest: string;
}

async function foldersOf(root: string, { include, exclude, manifest }: WorkspacePatterns): Promise<MemberFolder[]> {
  const folders = await memberFolders(root, include, manifest);
  return folders
    .map((folder) => ({ path: relative(root, folder).split(sep).join('/'), manifest }))
    .filter(
      ({ path }) => path !== '' && !path.startsWith('../') && !exclude.some((pattern) => excludes(pattern, path)),
    );
}

function excludes(pattern: string, path: string): boolean {
  const clean = posix.normalize(pattern).replace(/\/$/, '');
  return `${path}/`.startsWith(`${clean}/`) || minimatch(path, clean);
}

async function readMember(root: string, { path, manifest }: MemberFolder): Promise<WorkspaceMember> {
  const read = await readManifest(root, posix.join(path, manifest)).catch(() => undefined);
  const isPrivate = read?.diagnostics.some(({ code }) => code === 'project-private') === true;
  return { path, manifest, name: read?.name ?? '', version: read?.version ?? '', private: isPrivate };
}

function byPath(a: MemberFolder, b: MemberFolder): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

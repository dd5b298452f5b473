import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseJsonc } from 'jsonc-parser';
import { isTable, ownValue } from '../manifest/document.ts';
import { parseTomlDocument } from '../manifest/toml-document.ts';
import { MAX_MANIFEST_BYTES } from '../manifest/manifest-source.ts';

/** Where a workspace has its members. */
export interface WorkspacePatterns {
  /** Patterns of folders, in the syntax of npm's `workspaces`. */
  readonly include: readonly string[];
  /** Folders and patterns that are no members. */
  readonly exclude: readonly string[];
  /** File name of the members' manifests. */
  readonly manifest: string;
}

/** Reads the members' patterns from a file of this name in the root of a workspace. */
type Reader = (text: string) => WorkspacePatterns | undefined;

const READERS: readonly (readonly [file: string, read: Reader])[] = [
  ['package.json', (text) => npmPatterns(ownIn(parseJsonc(stripMark(text)), 'workspaces'))],
  ['pnpm-workspace.yaml', (text) => npmPatterns(yamlList(stripMark(text), 'packages'))],
  ['lerna.json', (text) => npmPatterns(ownIn(parseJsonc(stripMark(text)), 'packages'))],
  ['rush.json', rushPatterns],
  ['Cargo.toml', (text) => tomlPatterns(text, ['workspace'], 'Cargo.toml')],
  ['pyproject.toml', (text) => tomlPatterns(text, ['tool', 'uv', 'workspace'], 'pyproject.toml')],
];

/** The patterns of all workspaces of npm, pnpm, Yarn, Lerna, Rush, Cargo and uv whose root is this folder. */
export async function workspacePatterns(folder: string): Promise<WorkspacePatterns[]> {
  const found = READERS.map(async ([file, read]) => {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '');
    if (text === '' || text.length > MAX_MANIFEST_BYTES) return undefined;
    try {
      return read(text);
    } catch {
      // A file with an error is no workspace; when it is the manifest, its errors are reported.
      return undefined;
    }
  });
  return (await Promise.all(found)).filter((one) => one !== undefined);
}

/** `workspaces` is a list, or a table with the list in `packages`. */
function npmPatterns(value: unknown): WorkspacePatterns | undefined {
  const list = isTable(value) ? ownValue(value, 'packages') : value;
  return Array.isArray(list) ? { include: textsOf(list), exclude: [], manifest: 'package.json' } : undefined;
}

function rushPatterns(text: string): WorkspacePatterns | undefined {
  const projects = ownIn(parseJsonc(stripMark(text)), 'projects');
  if (!Array.isArray(projects)) return undefined;
  const include = textsOf(projects.map((project) => ownIn(project, 'projectFolder')));
  return { include, exclude: [], manifest: 'package.json' };
}

function tomlPatterns(text: string, path: readonly string[], manifest: string): WorkspacePatterns | undefined {
  const workspace = path.reduce<unknown>(ownIn, parseTomlDocument(stripMark(text)).document?.root);
  if (!isTable(workspace)) return undefined;
  return { include: textsOf(ownIn(workspace, 'members')), exclude: textsOf(ownIn(workspace, 'exclude')), manifest };
}

/**
 * A list of strings at the top level of a YAML document, in block or flow style. pnpm-workspace.yaml has no other form
 * of list.
 */
export function yamlList(text: string, key: string): string[] | undefined {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => new RegExp(`^["']?${key}["']?\\s*:`).test(line));
  if (start < 0) return undefined;
  const below = lines.slice(start + 1);
  const end = below.findIndex((line) => /^[^\s#-]/.test(line));
  const body = end < 0 ? below : below.slice(0, end);
  const inline = withoutComment((lines[start] ?? '').replace(/^[^:]*:/, '')).trim();
  if (inline !== '') {
    const flow = [inline, ...body.map(withoutComment)].join(' ');
    const [, members = ''] = /^\s*\[([^\]]*)\]/.exec(flow) ?? [];
    return members.split(',').map(scalar).filter(isText);
  }
  return body
    .flatMap((line) => /^\s*-\s+(.*)$/.exec(line)?.slice(1) ?? [])
    .map(scalar)
    .filter(isText);
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '$1');
}

function scalar(text: string): string {
  const [, quoted] = /^\s*(?:"([^"]*)"|'[^']*')/.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  const single = /^\s*'([^']*)'/.exec(text)?.[1];
  return single ?? withoutComment(text).trim();
}

function isText(text: string): boolean {
  return text !== '';
}

function ownIn(value: unknown, key: string): unknown {
  return isTable(value) ? ownValue(value, key) : undefined;
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((element) => typeof element === 'string') : [];
}

function stripMark(text: string): string {
  return text.replace(/^\ufeff/, '');
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files that make a folder the root of a monorepo, with what they have to contain. */
const MARKERS: readonly (readonly [file: string, content: RegExp])[] = [
  ['pnpm-workspace.yaml', /^packages\s*:/m],
  ['lerna.json', /./],
  ['rush.json', /./],
  ['package.json', /"workspaces"\s*:/],
  ['Cargo.toml', /^\s*\[workspace[\].]/m],
  ['pyproject.toml', /^\s*\[tool\.uv\.workspace\]/m],
];

/** Whether a folder is the root of a workspace of npm, pnpm, Yarn, Lerna, Rush, Cargo or uv. */
export async function isWorkspaceRoot(folder: string): Promise<boolean> {
  const found = MARKERS.map(async ([file, content]) =>
    content.test(await readFile(join(folder, file), 'utf8').catch(() => '')),
  );
  return (await Promise.all(found)).includes(true);
}

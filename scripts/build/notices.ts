/** The licenses of everything that the bundles contain: each asks to travel with copies of its code. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

const TARGET = 'dist/ThirdPartyNotices.txt';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/**
 * Write the notices of the packages that the given files belong to.
 * @param inputs bundled files, relative to the project's folder
 * @returns path of the written file, relative to the project's folder
 */
export async function writeNotices(inputs: readonly string[]): Promise<string> {
  const notices = await Promise.all(packageFolders(inputs).map(noticeOf));
  const intro = 'This extension contains the following packages, each under its own license.';
  await writeFile(join(ROOT, TARGET), [intro, ...[...new Set(notices)].sort()].join(`\n\n${'-'.repeat(72)}\n\n`));
  return TARGET;
}

/** Folders of the packages, from `node_modules` on: the innermost one of each file. */
export function packageFolders(inputs: readonly string[]): string[] {
  const folders = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

async function noticeOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
  const names = (await readdir(join(ROOT, folder))).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(ROOT, folder, name), 'utf8')));
  return [`${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`, ...texts].join('\n\n').trim();
}

/** Tools that are too heavy for the main dependency tree: each installed on demand into .cache, once. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npm } from './npm.ts';
import { CACHE, ROOT } from './paths.ts';

/** A folder below `tools/` with package.json and package-lock.json, and what to do after `npm ci` there. */
export interface Tool {
  /** Name of the folder below `tools/`. */
  readonly name: string;
  /** How the tool is called in messages. */
  readonly title: string;
  readonly complete?: (folder: string) => Promise<void>;
}

/**
 * The folder below .cache that holds the tool's `node_modules`, installed if it is not there in this version.
 * @throws TaskError when npm fails
 */
export async function ensureTool(tool: Tool): Promise<string> {
  const source = join(ROOT, 'tools', tool.name);
  const lock = await readFile(join(source, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  const folder = join(CACHE, tool.name);
  const stamp = join(folder, '.installed');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === hash) return folder;

  console.error(`Installing ${tool.title} from the npm registry (once)…`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(source, folder, { recursive: true });
  await npm(['ci', '--ignore-scripts'], folder, tool.title);
  await tool.complete?.(folder);
  await writeFile(stamp, hash);
  return folder;
}

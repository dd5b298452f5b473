import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../scripts/lib/paths.ts';

export interface TemporaryProject {
  /** Absolute path of the folder. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Copy a folder of examples/ for a test to open and change. */
export async function copyExample(name = 'sample-project'): Promise<TemporaryProject> {
  const base = await mkdtemp(join(tmpdir(), 'ggen-project-'));
  const folder = join(base, name);
  await cp(join(ROOT, 'examples', name), folder, { recursive: true });
  return { folder, remove: () => rm(base, { recursive: true, force: true, maxRetries: 5 }) };
}

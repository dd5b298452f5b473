import { resolve } from 'node:path';
import type { Engine } from '../../shared/api/index.ts';
import { errorMessage, errorName, GgenError, isAbort } from '../../shared/errors.ts';
import { publisherKey } from '../publisher/key.ts';
import { publishProject } from '../publisher/publish-project.ts';
import type { PeerEvent } from './events.ts';

/** One project after the other; what is wrong with one keeps neither the others nor the peer from their work. */
export async function publishAll(
  engine: Engine,
  folders: readonly string[],
  dataDir: string,
  notify: (event: PeerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const folder of folders) {
    const path = resolve(folder);
    try {
      const key = await publisherKey(process.env, dataDir);
      notify({ event: 'published', path, ...(await publishProject(engine, key, path, { signal })) });
    } catch (error) {
      if (signal.aborted && isAbort(error)) return;
      const published = alreadyPublished(error);
      if (published === undefined)
        notify({ event: 'error', name: errorName(error), message: `${path}: ${errorMessage(error)}` });
      else notify({ event: 'published', path, unchanged: true, ...published });
    }
  }
}

/** A peer that is started again finds its projects published already: that is as it should be. */
function alreadyPublished(error: unknown): { version: string; id?: string } | undefined {
  if (!(error instanceof GgenError) || error.name !== 'VersionNotHigher') return undefined;
  const { version, newest, id } = error.details;
  // Lower than the newest is another matter: somebody points this peer at an old state of the project.
  if (version !== newest) return undefined;
  return { version: String(version), ...(typeof id === 'string' ? { id } : {}) };
}

import { resolve } from 'node:path';
import { errorMessage, errorName, isAbort, toPlainError } from '../../shared/errors.ts';
import { publisherKey } from '../publisher/key.ts';
import { publishProject } from '../publisher/publish-project.ts';
import type { PublishEngine } from '../publisher/publish-project.ts';
import type { PeerEvent } from './events.ts';

/** Publish one project after the other. An error of one is reported as an event, and the others follow. */
export async function publishAll(
  engine: PublishEngine,
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

/** A peer that starts again has published its projects before, which is no error. */
function alreadyPublished(error: unknown): { version: string; id?: string } | undefined {
  if (errorName(error) !== 'VersionExists') return undefined;
  const { version, id } = toPlainError(error).details;
  return { version: String(version), ...(typeof id === 'string' ? { id } : {}) };
}

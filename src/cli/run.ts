import { resolve } from 'node:path';
import type { Engine } from '../shared/api.ts';
import { errorMessage, errorName, GgenError, isAbort } from '../shared/errors.ts';
import type { NodeSettings, NodeStatus } from '../shared/model.ts';
import type { Output } from './output.ts';
import { loadOrCreatePublisherKey } from './publisher-key-file.ts';
import { publishProject } from './publish-project.ts';
import { aborted } from './stop-signals.ts';
import { watchPackages, watchPeers } from './watch.ts';
import { withEngine } from './with-engine.ts';

export interface PeerOptions {
  readonly dataDir: string;
  readonly settings: NodeSettings;
  /** Folders of projects to publish at the start. */
  readonly publish: readonly string[];
  readonly output: Output;
}

/** Run a peer until the signal is aborted, and print what happens to it. */
export async function runPeer(options: PeerOptions, signal: AbortSignal): Promise<void> {
  try {
    await withEngine(options, signal, (engine, status) => serve(engine, status, options, signal));
  } catch (error) {
    // Stopped while it was starting: that is an end like any other.
    if (!signal.aborted || !isAbort(error)) throw error;
  }
}

async function serve(engine: Engine, status: NodeStatus, options: PeerOptions, signal: AbortSignal): Promise<void> {
  const { output } = options;
  output.event({ event: 'ready', peerId: status.peerId ?? '', addresses: status.addresses });
  const onError = (error: unknown): void => {
    report(output, error);
  };
  const ends = [watchPeers(engine, output), watchPackages(engine, output, onError)];
  try {
    await publishAll(engine, options, signal);
    await aborted(signal);
  } finally {
    for (const end of ends) end();
  }
}

/** One project after the other; what is wrong with one keeps neither the others nor the peer from their work. */
async function publishAll(
  engine: Engine,
  { dataDir, publish, output }: PeerOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const folder of publish) {
    const path = resolve(folder);
    try {
      const key = await loadOrCreatePublisherKey(dataDir);
      output.event({ event: 'published', path, ...(await publishProject(engine, key, path, signal)) });
    } catch (error) {
      if (signal.aborted && isAbort(error)) return;
      const version = publishedBefore(error);
      if (version === undefined) report(output, error, `${path}: `);
      else output.event({ event: 'published', path, unchanged: true, ...version });
    }
  }
}

/** A peer that is started again finds its projects published already: that is as it should be. */
function publishedBefore(error: unknown): { version: string; id?: string } | undefined {
  if (!(error instanceof GgenError) || error.name !== 'VersionNotHigher') return undefined;
  const { version, newest, id } = error.details;
  // Lower than the newest is another matter: somebody points this peer at an old state of the project.
  if (version !== newest) return undefined;
  return { version: String(version), ...(typeof id === 'string' ? { id } : {}) };
}

function report(output: Output, error: unknown, prefix = ''): void {
  output.event({ event: 'error', name: errorName(error), message: prefix + errorMessage(error) });
  output.message(prefix + errorMessage(error));
}

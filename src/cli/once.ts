import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../shared/api.ts';
import { GgenError, isAbort } from '../shared/errors.ts';
import type { NodeSettings } from '../shared/model.ts';
import type { OnceCommand } from './arguments.ts';
import type { Output } from './output.ts';
import { loadOrCreatePublisherKey } from './publisher-key-file.ts';
import { publishProject } from './publish-project.ts';
import { withEngine } from './with-engine.ts';

/** Longest wait for the peers just connected to say what they speak and follow. */
const ACQUAINTANCE_MS = 2_000;
const LOOK_EVERY_MS = 20;

interface OnceOptions {
  readonly dataDir: string;
  readonly settings: NodeSettings;
  readonly output: Output;
}

/**
 * Start a node, join the network, do one job, stop.
 *
 * @throws GgenError TimedOut, PeerUnreachable when there are bootstrap peers and none answers; else as the job says
 */
export async function runOnce(command: OnceCommand, options: OnceOptions, stop: AbortSignal): Promise<void> {
  const bound = AbortSignal.timeout(command.timeout);
  const signal = AbortSignal.any([stop, bound]);
  try {
    await withEngine(options, signal, async (engine) => {
      await join(engine, options, signal, command.kind === 'publish');
      await work(engine, command, options, signal);
    });
  } catch (error) {
    if (!bound.aborted || stop.aborted) throw error;
    throw new GgenError('TimedOut', `It took longer than ${command.timeout / 1000} seconds.`, { cause: error });
  }
}

function work(engine: Engine, command: OnceCommand, options: OnceOptions, signal: AbortSignal): Promise<void> {
  switch (command.kind) {
    case 'install':
      return install(engine, command, options.output, signal);
    case 'search':
      return search(engine, command, options.output, signal);
    case 'publish':
      return publish(engine, command, options, signal);
  }
}

async function install(
  engine: Engine,
  { id, version, to }: Extract<OnceCommand, { kind: 'install' }>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const request = { id, to: resolve(to), ...(version === undefined ? {} : { version }) };
  output.event({ event: 'installed', ...(await engine.install(request, { signal })) });
}

async function search(
  engine: Engine,
  { text, limit }: Extract<OnceCommand, { kind: 'search' }>,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { packages, ...figures } = await engine.search({ text, ...(limit === undefined ? {} : { limit }) }, { signal });
  for (const found of packages) output.event({ event: 'found', ...found });
  output.event({ event: 'searched', total: packages.length, ...figures });
}

async function publish(
  engine: Engine,
  { directory }: Extract<OnceCommand, { kind: 'publish' }>,
  { dataDir, output }: OnceOptions,
  signal: AbortSignal,
): Promise<void> {
  const path = resolve(directory);
  const key = await loadOrCreatePublisherKey(dataDir);
  const receipt = await publishProject(engine, key, path, signal);
  output.event({ event: 'published', path, ...receipt });
  output.message(`Published ${receipt.id}@${receipt.version}. It is served while a peer runs on ${dataDir}.`);
}

/** Dial the bootstrap peers now, and wait until one of them is known well enough to be asked. */
async function join(
  engine: Engine,
  { settings, output }: OnceOptions,
  signal: AbortSignal,
  mayBeAlone: boolean,
): Promise<void> {
  if (settings.bootstrap.length === 0) return;
  const results = await Promise.all(settings.bootstrap.map((address) => engine.bootstrap({ address }, { signal })));
  const failures = results.filter(({ state }) => state !== 'connected');
  for (const { address, error = 'not connected' } of failures) output.message(`${address}: ${error}`);
  if (failures.length < results.length) await acquainted(engine, signal);
  else if (!mayBeAlone) throw new GgenError('PeerUnreachable', 'None of the bootstrap peers can be reached.');
}

/** Identify has run, and the peer follows the topic of announcements: before, nothing would be asked or told. */
async function acquainted(engine: Engine, signal: AbortSignal): Promise<void> {
  const bound = AbortSignal.any([signal, AbortSignal.timeout(ACQUAINTANCE_MS)]);
  try {
    while ((await engine.status({})).topicPeers === 0) await delay(LOOK_EVERY_MS, undefined, { signal: bound });
  } catch (error) {
    if (signal.aborted || !isAbort(error)) throw error;
  }
}

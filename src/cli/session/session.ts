import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../shared/api/index.ts';
import { errorMessage, errorName, GgenError, isAbort } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import { checkTraceparent } from '../../shared/traceparent.ts';
import type { DataFolderCopy } from '../../worker/ownership/read-only-copy.ts';
import type { SharedEngine } from '../../worker/ownership/shared-engine.ts';
import { VERSION } from '../version.ts';
import type { Flags } from '../command-line/flags.ts';
import type { Console } from '../output/console.ts';
import { NODE_SETTINGS } from '../settings/cli-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { UsageError } from '../command-line/usage-error.ts';

/** Longest wait until new peers have identified themselves and their topics. */
const IDENTIFY_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 20;
/** Flags that a running node ignores. Bootstrap peers are dialed in any case. */
const OWNER_FLAGS = NODE_SETTINGS.flatMap(({ flag }) => (flag === 'bootstrap' ? [] : [flag]));

/** An engine that is open while one command runs. */
export interface EngineSession {
  readonly engine: Engine;
  /** Status before the command changed anything. */
  readonly status: EngineStatus;
  /** Whether another process runs the node. */
  readonly attached: boolean;
  /** Whether the data folder cannot be written, and the engine reads a copy of it. */
  readonly copied: boolean;
}

export interface EngineSessionOptions {
  readonly settings: Settings;
  readonly flags: Flags;
  readonly console: Console;
  /** Whether the command needs other peers. `optional`: it continues when no bootstrap peer answers. */
  readonly network: 'none' | 'optional' | 'needed';
  /** Timeout of the whole session, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Whether the command only reads: a data folder that cannot be written is then copied for it. */
  readonly reads?: boolean;
}

/**
 * Attach to the running node, or start one while `work` runs. A node that was not running is stopped afterwards.
 *
 * @throws UsageError when the settings are invalid; GgenError TimedOut, PeerUnreachable; what `openSharedEngine` and
 * `work` throw
 */
export async function withSession<T>(
  options: EngineSessionOptions,
  work: (session: EngineSession, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutSignal = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeoutSignal]);
  // The span of a traced pipeline (OpenTelemetry, environment variables as context carriers).
  const traceparent = checkTraceparent(process.env['TRACEPARENT']);
  const asTimeoutError = (error: unknown): unknown =>
    !timeoutSignal.aborted || options.signal.aborted
      ? error
      : new GgenError('TimedOut', `Timed out after ${options.timeoutMs / 1_000} seconds.`, { cause: error });
  // Loaded here, so that help and usage errors do not wait for it.
  const { openSharedEngine } = await import('../../worker/ownership/shared-engine.ts');
  const open = (dataDir: string): Promise<SharedEngine> =>
    openSharedEngine({ dataDir, version: VERSION, traceparent, signal });
  let copy: DataFolderCopy | undefined;
  const engine = await open(options.settings.dataDir).catch(async (error: unknown) => {
    copy = await readableCopy(options, error);
    if (copy === undefined) throw asTimeoutError(error);
    return open(copy.path);
  });
  try {
    const attached = !engine.isOwner;
    // An engine of another process writes its own log.
    if (!attached) showWarnings(engine, options.console);
    signal.throwIfAborted();
    const status = await engine.status({}, { signal });
    if (attached) noteIgnoredFlags(status, options);
    const restore =
      options.network === 'none' ? undefined : await ensureJoined(engine, status, attached, options, signal);
    try {
      return await work({ engine, status, attached, copied: copy !== undefined }, signal);
    } finally {
      await restore?.();
    }
  } catch (error) {
    throw asTimeoutError(error);
  } finally {
    await engine.close();
    await copy?.remove();
  }
}

/** A copy of a data folder that cannot be written, for a command that only reads; undefined for any other error. */
async function readableCopy(
  { settings: { dataDir }, reads = false, console: output }: EngineSessionOptions,
  error: unknown,
): Promise<DataFolderCopy | undefined> {
  if (!reads || !['DataDirNotWritable', 'DataDirNotPrivate'].includes(errorName(error))) return undefined;
  const { copyDataFolder } = await import('../../worker/ownership/read-only-copy.ts');
  const copy = await copyDataFolder(dataDir).catch(() => undefined);
  if (copy !== undefined)
    output.note(`note: ${dataDir} cannot be written. This command reads a copy of it; nothing is saved there.`);
  return copy;
}

function showWarnings(engine: Pick<Engine, 'subscribe'>, output: Console): void {
  engine.subscribe('log', ({ line }) => {
    if (line.level === 'error' || line.level === 'warn') output.note(`${line.level}: ${line.message}`);
  });
}

/** A command never restarts the owner's node, so its flags have no effect there. */
function noteIgnoredFlags({ owner }: EngineStatus, { flags, console: output }: EngineSessionOptions): void {
  const ignored = OWNER_FLAGS.filter((flag) => flags.has(flag)).map((flag) => flags.written(flag));
  if (flags.has('dht-client')) ignored.push('--dht-client');
  if (ignored.length === 0) return;
  const pid = owner === undefined ? '' : ` (process ${owner.pid})`;
  output.note(`note: the running node${pid} keeps its settings; ignored: ${ignored.join(', ')}.`);
}

/** Start the node unless it runs, and dial the bootstrap peers. Returns a function that stops a node it started. */
async function ensureJoined(
  engine: Pick<Engine, 'startNode' | 'stopNode' | 'bootstrap' | 'status'>,
  { node, settings: running }: EngineStatus,
  attached: boolean,
  { settings, flags, console: output, network }: EngineSessionOptions,
  signal: AbortSignal,
): Promise<(() => Promise<void>) | undefined> {
  const runs = node.state === 'running';
  if (!runs) {
    const nodeSettings = attached && running !== undefined ? running : settings.node('transient');
    await engine.startNode(nodeSettings, { signal }).catch((error: unknown) => {
      const isUsageError = ['InvalidAddress', 'InvalidRequest'].includes(errorName(error));
      throw isUsageError ? new UsageError(errorMessage(error)) : error;
    });
  }
  // A running node has dialed the peers of its settings already.
  const bootstrap = runs ? (flags.texts('bootstrap') ?? []) : settings.texts('bootstrap');
  await joinNetwork(engine, bootstrap, output, signal, network === 'optional');
  if (runs || !attached) return undefined;
  return async () => {
    await engine.stopNode({});
  };
}

/** Dial the bootstrap peers and wait until one of them has identified itself. */
async function joinNetwork(
  engine: Pick<Engine, 'bootstrap' | 'status'>,
  bootstrap: readonly string[],
  output: Console,
  signal: AbortSignal,
  allowNoPeers: boolean,
): Promise<void> {
  if (bootstrap.length === 0) return;
  const results = await Promise.all(bootstrap.map((address) => engine.bootstrap({ address }, { signal })));
  const failures = results.filter(({ state }) => state !== 'connected');
  for (const { address, error = 'not connected' } of failures) output.note(`${address}: ${error}`);
  if (failures.length < results.length) await waitForIdentify(engine, signal);
  else if (!allowNoPeers) throw new GgenError('PeerUnreachable', 'No bootstrap peer could be reached.');
}

/** Wait until a peer follows the topic of announcements: before, no search or announcement reaches it. */
async function waitForIdentify(engine: Pick<Engine, 'status'>, signal: AbortSignal): Promise<void> {
  const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(IDENTIFY_TIMEOUT_MS)]);
  try {
    while ((await engine.status({})).topicPeers === 0)
      await delay(POLL_INTERVAL_MS, undefined, { signal: timeoutSignal });
  } catch (error) {
    if (signal.aborted || !isAbort(error)) throw error;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../shared/api/index.ts';
import { errorMessage, errorName, GgenError, isAbort } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import { checkTraceparent } from '../../shared/traceparent.ts';
import { openSharedEngine } from '../../worker/ownership/shared-engine.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Flags } from '../command-line/flags.ts';
import type { Console } from '../output/console.ts';
import { NODE_SETTINGS } from '../settings/cli-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { UsageError } from '../command-line/usage-error.ts';

export const VERSION = packageJson.version;

/** Longest wait for the peers just connected to say what they speak and follow. */
const IDENTIFY_TIMEOUT_MS = 2_000;
const POLL_INTERVAL_MS = 20;
/** Settings that a running node keeps; bootstrap peers are joined all the same. */
const OWNER_FLAGS = NODE_SETTINGS.flatMap(({ flag }) => (flag === 'bootstrap' ? [] : [flag]));

/** An engine for the time of one command. */
export interface EngineSession {
  readonly engine: Engine;
  /** As it was found: which process runs the node, and how. */
  readonly status: EngineStatus;
  /** Whether another process has the node. */
  readonly attached: boolean;
}

export interface EngineSessionOptions {
  readonly settings: Settings;
  readonly flags: Flags;
  readonly console: Console;
  /** Whether the work needs other peers. `optional`: it goes on when no bootstrap peer answers. */
  readonly network: 'none' | 'optional' | 'needed';
  /** Bound on the whole of it, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Attach to the running node, else run one for the time of `work`; leave everything as it was found.
 *
 * @throws UsageError when the settings cannot be used; GgenError TimedOut, PeerUnreachable; else as `openHost` and `work`
 */
export async function withSession<T>(
  options: EngineSessionOptions,
  work: (session: EngineSession, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeoutSignal = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeoutSignal]);
  // A pipeline that traces itself names its span so (OpenTelemetry's environment variables as context carriers).
  const traceparent = checkTraceparent(process.env['TRACEPARENT']);
  const asTimeoutError = (error: unknown): unknown =>
    !timeoutSignal.aborted || options.signal.aborted
      ? error
      : new GgenError('TimedOut', `Timed out after ${options.timeoutMs / 1_000} seconds.`, { cause: error });
  const opening = openSharedEngine({ dataDir: options.settings.dataDir, version: VERSION, traceparent, signal });
  const engine = await opening.catch((error: unknown) => {
    throw asTimeoutError(error);
  });
  try {
    const attached = !engine.isOwner;
    // What the engine of another process has to say belongs into that one's log.
    if (!attached) showWarnings(engine, options.console);
    signal.throwIfAborted();
    const status = await engine.status({}, { signal });
    if (attached) noteIgnoredFlags(status, options);
    const restore =
      options.network === 'none' ? undefined : await ensureJoined(engine, status, attached, options, signal);
    try {
      return await work({ engine, status, attached }, signal);
    } finally {
      await restore?.();
    }
  } catch (error) {
    throw asTimeoutError(error);
  } finally {
    await engine.close();
  }
}

function showWarnings(engine: Engine, output: Console): void {
  engine.subscribe('log', ({ line }) => {
    if (line.level === 'error' || line.level === 'warn') output.note(`${line.level}: ${line.message}`);
  });
}

/** The owner's node is never restarted for a command's sake. */
function noteIgnoredFlags({ owner }: EngineStatus, { flags, console: output }: EngineSessionOptions): void {
  const ignored = OWNER_FLAGS.filter((flag) => flags.has(flag)).map((flag) => flags.written(flag));
  if (flags.has('dht-client')) ignored.push('--dht-client');
  if (ignored.length === 0) return;
  const pid = owner === undefined ? '' : ` (process ${owner.pid})`;
  output.note(`note: the running node${pid} keeps its settings; ignored: ${ignored.join(', ')}.`);
}

/** See to it that a node runs and has joined. Returns what takes that back. */
async function ensureJoined(
  engine: Engine,
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
  // A running node has joined already whom it was told to.
  const bootstrap = runs ? (flags.texts('bootstrap') ?? []) : settings.texts('bootstrap');
  await joinNetwork(engine, bootstrap, output, signal, network === 'optional');
  if (runs || !attached) return undefined;
  return async () => {
    await engine.stopNode({});
  };
}

/** Dial the bootstrap peers now, and wait until one of them is known well enough to be asked. */
async function joinNetwork(
  engine: Engine,
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

/** Identify has run, and the peer follows the topic of announcements: before, nothing would be asked or told. */
async function waitForIdentify(engine: Engine, signal: AbortSignal): Promise<void> {
  const timeoutSignal = AbortSignal.any([signal, AbortSignal.timeout(IDENTIFY_TIMEOUT_MS)]);
  try {
    while ((await engine.status({})).topicPeers === 0)
      await delay(POLL_INTERVAL_MS, undefined, { signal: timeoutSignal });
  } catch (error) {
    if (signal.aborted || !isAbort(error)) throw error;
  }
}

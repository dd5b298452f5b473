import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '../../shared/api.ts';
import { errorMessage, errorName, GgenError, isAbort } from '../../shared/errors.ts';
import type { EngineStatus } from '../../shared/model.ts';
import { checkTraceparent } from '../../shared/traceparent.ts';
import { openHost } from '../../worker/ownership/host.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import type { Flags } from '../command-line/flags.ts';
import type { Console } from '../output/console.ts';
import { NODE_KEYS } from '../settings/keys.ts';
import type { Settings } from '../settings/settings.ts';
import { UsageError } from '../command-line/usage-error.ts';

export const VERSION = packageJson.version;

/** Longest wait for the peers just connected to say what they speak and follow. */
const ACQUAINTANCE_MS = 2_000;
const LOOK_EVERY_MS = 20;
/** Settings that a running node keeps; bootstrap peers are joined all the same. */
const KEPT_BY_OWNER = NODE_KEYS.filter((key) => key !== 'data' && key !== 'bootstrap');

/** An engine for the time of one command. */
export interface Session {
  readonly engine: Engine;
  /** As it was found: which process runs the node, and how. */
  readonly status: EngineStatus;
  /** Whether another process has the node. */
  readonly attached: boolean;
}

export interface SessionOptions {
  readonly settings: Settings;
  readonly flags: Flags;
  readonly console: Console;
  /** Whether the work needs other peers. `optional`: it goes on when no bootstrap peer answers. */
  readonly network: 'none' | 'optional' | 'needed';
  /** Bound on the whole of it, in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Attach to the running node, else run one for the time of `work`; leave everything as it was found.
 *
 * @throws UsageError when the settings cannot be used; GgenError TimedOut, PeerUnreachable; else as `openHost` and `work`
 */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bound = AbortSignal.timeout(options.timeout);
  const signal = AbortSignal.any([options.signal, bound]);
  // A pipeline that traces itself names its span so (OpenTelemetry's environment variables as context carriers).
  const traceparent = checkTraceparent(process.env['TRACEPARENT']);
  const late = (error: unknown): unknown =>
    !bound.aborted || options.signal.aborted
      ? error
      : new GgenError('TimedOut', `It took longer than ${options.timeout / 1_000} seconds.`, { cause: error });
  const opening = openHost({ dataDir: options.settings.dataDir, version: VERSION, traceparent, signal });
  const host = await opening.catch((error: unknown) => {
    throw late(error);
  });
  try {
    const attached = !host.isOwner;
    // What the engine of another process has to say belongs into that one's log.
    if (!attached) showWarnings(host, options.console);
    signal.throwIfAborted();
    const status = await host.status({}, { signal });
    if (attached) explainKept(status, options);
    const leave = options.network === 'none' ? undefined : await enterNetwork(host, status, attached, options, signal);
    try {
      return await work({ engine: host, status, attached }, signal);
    } finally {
      await leave?.();
    }
  } catch (error) {
    throw late(error);
  } finally {
    await host.close();
  }
}

function showWarnings(engine: Engine, output: Console): void {
  engine.subscribe('log', ({ line }) => {
    if (line.level === 'error' || line.level === 'warn') output.note(`${line.level}: ${line.message}`);
  });
}

/** The owner's node is never restarted for a command's sake. */
function explainKept({ owner }: EngineStatus, { flags, console: output }: SessionOptions): void {
  const ignored = KEPT_BY_OWNER.filter((key) => flags.has(key)).map((key) => `--${key}`);
  if (flags.has('dht-client')) ignored.push('--dht-client');
  if (ignored.length === 0) return;
  const pid = owner === undefined ? '' : ` of process ${owner.pid}`;
  output.note(`note: the running node${pid} keeps its settings; not used: ${ignored.join(', ')}.`);
}

/** See to it that a node runs and has joined. Returns what takes that back. */
async function enterNetwork(
  engine: Engine,
  { node, settings: running }: EngineStatus,
  attached: boolean,
  { settings, flags, console: output, network }: SessionOptions,
  signal: AbortSignal,
): Promise<(() => Promise<void>) | undefined> {
  const runs = node.state === 'running';
  if (!runs) {
    const wanted = attached && running !== undefined ? running : settings.node('passing');
    await engine.startNode(wanted, { signal }).catch((error: unknown) => {
      const wrong = ['InvalidAddress', 'InvalidRequest'].includes(errorName(error));
      throw wrong ? new UsageError(errorMessage(error)) : error;
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
  mayBeAlone: boolean,
): Promise<void> {
  if (bootstrap.length === 0) return;
  const results = await Promise.all(bootstrap.map((address) => engine.bootstrap({ address }, { signal })));
  const failures = results.filter(({ state }) => state !== 'connected');
  for (const { address, error = 'not connected' } of failures) output.note(`${address}: ${error}`);
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

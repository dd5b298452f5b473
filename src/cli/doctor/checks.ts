import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { clockText, isClockWrong } from '../../shared/clock-text.ts';
import { errorMessage } from '../../shared/errors.ts';
import type { ClockComparison, EngineStatus } from '../../shared/model.ts';
import { commandFailure } from '../errors/exit-codes.ts';
import { bytes } from '../output/units.ts';
import { existingKey } from '../publisher/key.ts';
import { withSession } from '../session/session.ts';
import type { EngineSession, EngineSessionOptions } from '../session/session.ts';
import { checkPeerSettings } from '../service/peer.ts';
import type { Settings } from '../settings/settings.ts';
import { resolveSettings } from '../settings/settings.ts';
import type { CommandContext } from '../command-line/command-spec.ts';

export interface CheckResult {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to do about it. */
  readonly next?: string;
}

/** How long to wait until a connected peer told its time. */
const CLOCK_TIMEOUT_MS = 2_000;
/** How long to wait for the first delivery of telemetry: spans are collected for a second, and sent in at most two. */
const TELEMETRY_TIMEOUT_MS = 5_000;
const POLL_INTERVAL_MS = 50;
/** With less free space, a package of the largest size does not fit. */
const MIN_FREE_BYTES = 1_000_000_000;

/** Run all checks in order. A check that needs an earlier one is left out when that one failed. */
export async function diagnose(context: CommandContext, timeoutMs: number): Promise<readonly CheckResult[]> {
  const found: CheckResult[] = [{ name: 'runtime', state: 'ok', detail: `Node ${process.versions.node}` }];
  let settings: Settings;
  try {
    settings = await resolveSettings(context.flags, process.env);
    checkPeerSettings(settings);
    found.push({ name: 'configuration', state: 'ok', detail: settingsDetail(settings) });
  } catch (error) {
    return [...found, failed('configuration', error, 'Fix the configuration.')];
  }
  found.push(await checkKey(settings.dataDir));
  const options: EngineSessionOptions = {
    settings,
    flags: context.flags,
    console: context.console,
    network: 'optional',
    reads: true,
    timeoutMs,
    signal: context.signal,
  };
  try {
    await withSession(options, async (session, signal) => {
      found.push(
        checkNode(session, settings),
        session.copied ? dataFolderNotWritable(settings.dataDir) : await checkSpace(settings.dataDir),
        ...(await checkNetwork(session, settings, signal)),
      );
    });
  } catch (error) {
    found.push(failed('node', error));
  }
  return found;
}

function settingsDetail({ all, file }: Settings): string {
  const chosen = all.filter(({ source }) => source !== 'default').map(({ key, source }) => `${key} from ${source}`);
  return chosen.length === 0 ? `defaults; no configuration file at ${file}` : chosen.join(', ');
}

async function checkKey(dataDir: string): Promise<CheckResult> {
  try {
    const key = await existingKey(process.env, dataDir);
    const detail = key === undefined ? 'none yet; created on first publish' : `publishes as ${key.id}`;
    return { name: 'publisher key', state: 'ok', detail };
  } catch (error) {
    return failed('publisher key', error);
  }
}

function checkNode({ attached, status: { owner, version } }: EngineSession, { dataDir }: Settings): CheckResult {
  const detail = attached
    ? `running in process ${owner?.pid ?? '?'} (version ${version}), data in ${dataDir}`
    : `not running; one was started for this check, data in ${dataDir}`;
  return { name: 'node', state: 'ok', detail };
}

function dataFolderNotWritable(dataDir: string): CheckResult {
  return {
    name: 'data folder',
    state: 'failed',
    detail: `${dataDir} cannot be written, so nothing can be published, installed, or fetched`,
    next: 'Make it writable, or choose another folder with --data DIR.',
  };
}

async function checkSpace(dataDir: string): Promise<CheckResult> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const detail = `${bytes(free)} free`;
  return free >= MIN_FREE_BYTES
    ? { name: 'disk', state: 'ok', detail }
    : {
        name: 'disk',
        state: 'warning',
        detail,
        next: 'Free up space, or choose a folder on another disk with --data DIR.',
      };
}

async function checkNetwork(
  { engine }: EngineSession,
  settings: Settings,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const { node, bootstrap, connectedPeers, clock } = await comparedStatus(engine, signal);
  const local = node.addresses.every((address) => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address));
  const listening: CheckResult =
    node.state !== 'running'
      ? {
          name: 'listening',
          state: 'failed',
          detail: node.error ?? `the node is ${node.state}`,
          next: "Run 'ggen-p2p start'.",
        }
      : node.addresses.length === 0 || local
        ? {
            name: 'listening',
            state: 'warning',
            detail: node.addresses.join(', ') || 'nowhere',
            next: 'Only this machine can reach the node. To accept connections from others, use --listen /ip4/0.0.0.0/tcp/4001.',
          }
        : { name: 'listening', state: 'ok', detail: node.addresses.join(', ') };
  const joined = bootstrap.map(({ address, state, error }): CheckResult =>
    state === 'connected'
      ? { name: 'bootstrap', state: 'ok', detail: address }
      : {
          name: 'bootstrap',
          state: 'failed',
          detail: `${address}: ${error ?? state}`,
          next: "Compare it with 'ggen-p2p status' on that machine, and check the firewalls in between.",
        },
  );
  const peers: CheckResult =
    connectedPeers > 0
      ? { name: 'peers', state: 'ok', detail: `${connectedPeers} connected` }
      : {
          name: 'peers',
          state: 'warning',
          detail: 'none connected',
          next:
            settings.texts('bootstrap').length === 0
              ? "Connect to one with 'ggen-p2p bootstrap ADDR'."
              : 'Start a peer on one of those machines.',
        };
  return [
    listening,
    ...joined,
    peers,
    ...(clock === undefined ? [] : [checkClock(clock)]),
    ...(await checkTelemetry(engine, signal)),
  ];
}

/** The status once a connected peer told its time, or after a short wait. */
async function comparedStatus(engine: EngineSession['engine'], signal: AbortSignal): Promise<EngineStatus> {
  const deadline = performance.now() + CLOCK_TIMEOUT_MS;
  for (;;) {
    const status = await engine.status({}, { signal });
    if (status.clock !== undefined || status.connectedPeers === 0 || performance.now() > deadline) return status;
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/** Whether traces and metrics are delivered, once something was sent; nothing when no endpoint is set. */
async function checkTelemetry(engine: EngineSession['engine'], signal: AbortSignal): Promise<CheckResult[]> {
  const deadline = performance.now() + TELEMETRY_TIMEOUT_MS;
  // A traced call, without which there may be nothing to send.
  await engine.search({ text: '', scope: 'local', limit: 1 }, { signal });
  for (;;) {
    const { telemetry } = await engine.status({}, { signal });
    if (telemetry === undefined) return [];
    const { endpoint, sentAt, error } = telemetry;
    if (error !== undefined) return [telemetryFailed(endpoint, error)];
    if (sentAt !== undefined) return [{ name: 'telemetry', state: 'ok', detail: `sent to ${endpoint}` }];
    if (performance.now() > deadline) return [telemetryFailed(endpoint, 'no answer yet')];
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function telemetryFailed(endpoint: string, error: string): CheckResult {
  return {
    name: 'telemetry',
    state: 'warning',
    detail: `cannot be sent to ${endpoint}: ${error}`,
    next: 'Check the endpoint, and HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS if it is behind a proxy.',
  };
}

function checkClock(clock: ClockComparison): CheckResult {
  const detail = clockText(clock);
  if (!isClockWrong(clock)) return { name: 'clock', state: 'ok', detail };
  const effect =
    clock.ahead > 0
      ? 'Peers reject what you publish now.'
      : 'This machine rejects what peers publish now, so that it is not found.';
  return { name: 'clock', state: 'failed', detail, next: `${effect} Set the clock of this computer.` };
}

function failed(name: string, error: unknown, next?: string): CheckResult {
  const advice = next ?? commandFailure(error, 'doctor', false).next;
  return { name, state: 'failed', detail: errorMessage(error), ...(advice === undefined ? {} : { next: advice }) };
}

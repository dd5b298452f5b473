import { statfs } from 'node:fs/promises';
import { errorMessage } from '../../shared/errors.ts';
import { failureOf } from '../errors/exit-codes.ts';
import { bytes } from '../output/units.ts';
import { existingKey } from '../publisher/key.ts';
import { withSession } from '../session/session.ts';
import type { Session, SessionOptions } from '../session/session.ts';
import { checkSettings } from '../service/peer.ts';
import type { Settings } from '../settings/settings.ts';
import { resolveSettings } from '../settings/settings.ts';
import type { CommandContext } from '../command-line/spec.ts';

export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to do about it. */
  readonly next?: string;
}

/** Less than this, and a package of the largest size does not fit. */
const LITTLE_SPACE = 1_000_000_000;

/** Everything that is looked at, in order; what needs the one before is left out when that failed. */
export async function diagnose(context: CommandContext, timeout: number): Promise<readonly Finding[]> {
  const found: Finding[] = [{ name: 'runtime', state: 'ok', detail: `Node ${process.versions.node}` }];
  let settings: Settings;
  try {
    settings = await resolveSettings(context.flags, process.env);
    checkSettings(settings);
    found.push({ name: 'configuration', state: 'ok', detail: settingsDetail(settings) });
  } catch (error) {
    return [...found, failed('configuration', error, 'Correct it there.')];
  }
  found.push(await checkKey(settings.dataDir));
  const options: SessionOptions = {
    settings,
    flags: context.flags,
    console: context.console,
    network: 'optional',
    timeout,
    signal: context.signal,
  };
  try {
    await withSession(options, async (session, signal) => {
      found.push(
        checkNode(session, settings),
        await checkSpace(settings.dataDir),
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
  return chosen.length === 0 ? `defaults; the file would be ${file}` : chosen.join(', ');
}

async function checkKey(dataDir: string): Promise<Finding> {
  try {
    const key = await existingKey(process.env, dataDir);
    const detail = key === undefined ? 'none yet; it is created at the first publish' : `publishes as ${key.id}`;
    return { name: 'publisher key', state: 'ok', detail };
  } catch (error) {
    return failed('publisher key', error);
  }
}

function checkNode({ attached, status: { owner, version } }: Session, { dataDir }: Settings): Finding {
  const detail = attached
    ? `runs in process ${owner?.pid ?? '?'} (version ${version}), data in ${dataDir}`
    : `none runs; one was started for this check, data in ${dataDir}`;
  return { name: 'node', state: 'ok', detail };
}

async function checkSpace(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const detail = `${bytes(free)} free`;
  return free >= LITTLE_SPACE
    ? { name: 'disk', state: 'ok', detail }
    : { name: 'disk', state: 'warning', detail, next: 'Make room, or choose a folder on another disk: --data DIR.' };
}

async function checkNetwork({ engine }: Session, settings: Settings, signal: AbortSignal): Promise<Finding[]> {
  const { node, bootstrap, connectedPeers } = await engine.status({}, { signal });
  const local = node.addresses.every((address) => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address));
  const listening: Finding =
    node.state !== 'running'
      ? {
          name: 'listening',
          state: 'failed',
          detail: node.error ?? `the node is ${node.state}`,
          next: 'Start it: ggen-p2p start.',
        }
      : node.addresses.length === 0 || local
        ? {
            name: 'listening',
            state: 'warning',
            detail: node.addresses.join(', ') || 'nowhere',
            next: 'Only this machine reaches it: --listen /ip4/0.0.0.0/tcp/4001 is for others, too.',
          }
        : { name: 'listening', state: 'ok', detail: node.addresses.join(', ') };
  const joined = bootstrap.map(({ address, state, error }): Finding =>
    state === 'connected'
      ? { name: 'bootstrap', state: 'ok', detail: address }
      : {
          name: 'bootstrap',
          state: 'failed',
          detail: `${address}: ${error ?? state}`,
          next: "Compare it with 'ggen-p2p status' on that machine, and look at firewalls between.",
        },
  );
  const peers: Finding =
    connectedPeers > 0
      ? { name: 'peers', state: 'ok', detail: `${connectedPeers} connected` }
      : {
          name: 'peers',
          state: 'warning',
          detail: 'none is connected',
          next:
            settings.texts('bootstrap').length === 0
              ? 'Join one: ggen-p2p bootstrap ADDR.'
              : 'Start it on one of those machines.',
        };
  return [listening, ...joined, peers];
}

function failed(name: string, error: unknown, next?: string): Finding {
  const advice = next ?? failureOf(error, 'doctor', false).next;
  return { name, state: 'failed', detail: errorMessage(error), ...(advice === undefined ? {} : { next: advice }) };
}

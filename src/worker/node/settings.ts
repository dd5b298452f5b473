import { multiaddr } from '@multiformats/multiaddr';
import { GgenError } from '../../shared/errors.ts';
import type { NodeSettings, TransferSettings } from '../../shared/model.ts';
import { parseBootstrapAddress } from './connector.ts';
import { coarseLocation } from './location.ts';

const LONGEST_TIMEOUT_MS = 5 * 60 * 1000;
const SHORTEST_TIMEOUT_MS = 100;
const MAX_FAN_OUT = 10;
/** 1 MB: less holds no package worth having. */
const SMALLEST_QUOTA = 1_000_000;

/**
 * Settings that the node can be started with; the location as coarse as it may leave this process.
 *
 * @throws GgenError InvalidRequest or InvalidAddress, naming the setting and what to write instead
 */
export function checkSettings(settings: NodeSettings): NodeSettings {
  for (const address of settings.listen) checkListenAddress(address);
  for (const address of settings.bootstrap) parseBootstrapAddress(address);
  if (!Number.isInteger(settings.fanOut) || settings.fanOut < 1 || settings.fanOut > MAX_FAN_OUT) {
    throw invalid('fan-out', `a whole number from 1 to ${MAX_FAN_OUT}`);
  }
  const { timeout } = settings;
  if (!Number.isFinite(timeout) || timeout < SHORTEST_TIMEOUT_MS || timeout > LONGEST_TIMEOUT_MS) {
    throw invalid('time-out', `from 0.1 to ${LONGEST_TIMEOUT_MS / 1000} seconds`);
  }
  checkTransfers(settings.transfers);
  if (!Number.isInteger(settings.quota) || settings.quota < SMALLEST_QUOTA) {
    throw invalid('quota', `a whole number of bytes from ${SMALLEST_QUOTA} on`);
  }
  const { location } = settings;
  return location === undefined ? settings : { ...settings, location: coarseLocation(location) };
}

const LIMITS_OF_TRANSFERS = ['sendRate', 'receiveRate', 'sendPerDay', 'receivePerDay'] as const;
/** Below this many bytes a second, other peers take this one for stalled. */
const LOWEST_RATE = 16_000;
const MAX_PER_PEER = 16;

function checkTransfers(transfers: TransferSettings): void {
  for (const name of LIMITS_OF_TRANSFERS) {
    const value: unknown = transfers[name];
    const lowest = name.endsWith('Rate') ? LOWEST_RATE : 1;
    if (typeof value === 'number' && (value === 0 || (Number.isFinite(value) && value >= lowest))) continue;
    throw invalid(`limit ${name}`, `0 for none, or at least ${lowest} bytes`);
  }
  const { perPeer } = transfers;
  if (!Number.isInteger(perPeer) || perPeer < 1 || perPeer > MAX_PER_PEER) {
    throw invalid('number of transfers per peer', `a whole number from 1 to ${MAX_PER_PEER}`);
  }
}

/** TCP is what this node speaks; in tests, the memory of one process. */
const LISTEN = /^\/(?:(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d+|memory\/[^/]+)$/;

function checkListenAddress(address: string): void {
  const wrong = (cause?: unknown): GgenError =>
    new GgenError('InvalidAddress', `'${address}' is not an address to listen on. Write it like /ip4/0.0.0.0/tcp/0.`, {
      details: { address },
      cause,
    });
  if (!LISTEN.test(address)) throw wrong();
  try {
    multiaddr(address);
  } catch (cause) {
    throw wrong(cause);
  }
}

function invalid(setting: string, expected: string): GgenError {
  return new GgenError('InvalidRequest', `The ${setting} must be ${expected}.`, { details: { setting } });
}

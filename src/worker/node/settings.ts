import { multiaddr } from '@multiformats/multiaddr';
import { GgenError } from '../../shared/errors.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { parseBootstrapAddress } from './connector.ts';
import { coarseLocation } from './location.ts';

const LONGEST_TIMEOUT_MS = 5 * 60 * 1000;
const SHORTEST_TIMEOUT_MS = 100;
const MAX_FAN_OUT = 10;

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
  const { location } = settings;
  return location === undefined ? settings : { ...settings, location: coarseLocation(location) };
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

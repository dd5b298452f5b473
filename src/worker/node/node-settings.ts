import { multiaddr } from '@multiformats/multiaddr';
import { GgenError } from '../../shared/errors.ts';
import type { NodeSettings, TransferSettings } from '../../shared/model.ts';
import { parseBootstrapAddress } from './dialer.ts';
import { coarseLocation } from './location.ts';

const MAX_TIMEOUT_MS = 5 * 60 * 1000;
const MIN_TIMEOUT_MS = 100;
const MAX_FAN_OUT = 10;
/** 1 MB: less holds no package worth having. */
const MIN_QUOTA_BYTES = 1_000_000;

/**
 * Settings that the node can be started with; the location as coarse as it may leave this process.
 *
 * @throws GgenError InvalidRequest or InvalidAddress, naming the setting and what to write instead
 */
export function validateNodeSettings(settings: NodeSettings): NodeSettings {
  for (const address of settings.listen) validateListenAddress(address);
  for (const address of settings.bootstrap) parseBootstrapAddress(address);
  if (!Number.isInteger(settings.fanOut) || settings.fanOut < 1 || settings.fanOut > MAX_FAN_OUT) {
    throw invalidSettingError('fan-out', `a whole number from 1 to ${MAX_FAN_OUT}`);
  }
  const { timeout } = settings;
  if (!Number.isFinite(timeout) || timeout < MIN_TIMEOUT_MS || timeout > MAX_TIMEOUT_MS) {
    throw invalidSettingError('time-out', `from 0.1 to ${MAX_TIMEOUT_MS / 1000} seconds`);
  }
  validateTransferSettings(settings.transfers);
  if (!Number.isInteger(settings.quota) || settings.quota < MIN_QUOTA_BYTES) {
    throw invalidSettingError('quota', `at least ${MIN_QUOTA_BYTES} bytes, as a whole number`);
  }
  const { location } = settings;
  return location === undefined ? settings : { ...settings, location: coarseLocation(location) };
}

const TRANSFER_LIMITS = ['uploadRate', 'downloadRate', 'uploadPerDay', 'downloadPerDay'] as const;
/** Below this many bytes a second, other peers take this one for stalled. */
const MIN_BYTES_PER_SECOND = 16_000;
const MAX_TRANSFERS_PER_PEER = 16;

function validateTransferSettings(transfers: TransferSettings): void {
  for (const name of TRANSFER_LIMITS) {
    const value: unknown = transfers[name];
    const min = name.endsWith('Rate') ? MIN_BYTES_PER_SECOND : 1;
    if (typeof value === 'number' && (value === 0 || (Number.isFinite(value) && value >= min))) continue;
    throw invalidSettingError(`limit ${name}`, `0 for none, or at least ${min} bytes`);
  }
  const { transfersPerPeer } = transfers;
  if (!Number.isInteger(transfersPerPeer) || transfersPerPeer < 1 || transfersPerPeer > MAX_TRANSFERS_PER_PEER) {
    throw invalidSettingError('number of transfers per peer', `a whole number from 1 to ${MAX_TRANSFERS_PER_PEER}`);
  }
}

/** TCP is what this node speaks; in tests, the memory of one process. */
const LISTEN_ADDRESS_PATTERN = /^\/(?:(?:ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d+|memory\/[^/]+)$/;

function validateListenAddress(address: string): void {
  const invalidAddressError = (cause?: unknown): GgenError =>
    new GgenError('InvalidAddress', `'${address}' is not a listen address. Use a format like /ip4/0.0.0.0/tcp/0.`, {
      details: { address },
      cause,
    });
  if (!LISTEN_ADDRESS_PATTERN.test(address)) throw invalidAddressError();
  try {
    multiaddr(address);
  } catch (cause) {
    throw invalidAddressError(cause);
  }
}

function invalidSettingError(setting: string, expected: string): GgenError {
  return new GgenError('InvalidRequest', `The ${setting} must be ${expected}.`, { details: { setting } });
}

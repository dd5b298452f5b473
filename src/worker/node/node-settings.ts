import { multiaddr } from '@multiformats/multiaddr';
import { GgenError } from '../../shared/errors.ts';
import type { NodeSettings } from '../../shared/model.ts';
import { nodeSettingValue } from '../../shared/settings/node-settings.ts';
import { NODE_SETTING_NAMES, settingRow } from '../../shared/settings/rows.ts';
import { expectedText, settingProblem } from '../../shared/settings/setting-problem.ts';
import { parseBootstrapAddress } from './dialer.ts';
import { coarseLocation } from './location.ts';

/**
 * Check the settings of a node. Returns them with the location as coarse as it may leave this process.
 *
 * @throws GgenError InvalidRequest or InvalidAddress, naming the setting and the expected value
 */
export function validateNodeSettings(settings: NodeSettings): NodeSettings {
  for (const name of NODE_SETTING_NAMES) {
    const row = settingRow(name);
    const value = nodeSettingValue(settings, name);
    if (row.optional === true && value === undefined) continue;
    const problem = settingProblem(row, value);
    if (problem === undefined) continue;
    throw new GgenError('InvalidRequest', `The ${row.label} must be ${expectedText(problem)}.`, {
      details: { setting: name },
    });
  }
  for (const address of settings.listen) validateListenAddress(address);
  for (const address of settings.bootstrap) parseBootstrapAddress(address);
  const { location } = settings;
  return location === undefined ? settings : { ...settings, location: coarseLocation(location) };
}

/** The node listens on TCP; in tests, also in the memory of one process. */
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

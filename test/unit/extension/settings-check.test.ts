import assert from 'node:assert/strict';
import { checkSettings } from '../../../src/extension/settings-check.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/defaults.ts';
import type { CheckedSettings } from '../../../src/extension/settings-check.ts';
import { t } from './localise.ts';

const PEER = '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

function check(values: Readonly<Record<string, unknown>>): CheckedSettings {
  return checkSettings((key) => values[key], t);
}

describe('settings of the node', () => {
  it('are the defaults where nothing is set', () => {
    assert.deepEqual(check({}), { settings: DEFAULT_NODE_SETTINGS, faults: [] });
  });

  it('are taken over, seconds becoming milliseconds', () => {
    const { settings, faults } = check({
      'node.listen': ['/ip4/127.0.0.1/tcp/4001'],
      'node.bootstrap': [PEER, ` ${PEER} `],
      'node.dhtMode': 'client',
      'node.name': ' Ada ',
      'search.fanOut': 10,
      'search.timeout': 1.5,
    });
    assert.deepEqual(faults, []);
    assert.deepEqual(settings, {
      listen: ['/ip4/127.0.0.1/tcp/4001'],
      bootstrap: [PEER],
      dhtMode: 'client',
      name: 'Ada',
      fanOut: 10,
      timeout: 1500,
    });
  });

  for (const [key, value, fault] of [
    ['node.listen', '/ip4/0.0.0.0/tcp/0', /^Setting ggen\.node\.listen: .*list/],
    ['node.listen', ['nowhere'], /^Setting ggen\.node\.listen: “nowhere”/],
    ['node.bootstrap', { a: 1 }, /^Setting ggen\.node\.bootstrap: .*list/],
    ['node.bootstrap', [7], /^Setting ggen\.node\.bootstrap: “7”/],
    ['node.dhtMode', 'both', /^Setting ggen\.node\.dhtMode: .*“server” or “client”/],
    ['node.name', 5, /^Setting ggen\.node\.name: .*64/],
    ['node.name', 'x'.repeat(65), /^Setting ggen\.node\.name: .*64/],
    ['search.fanOut', 0, /^Setting ggen\.search\.fanOut: .*from 1 to 10/],
    ['search.fanOut', 2.5, /^Setting ggen\.search\.fanOut: .*from 1 to 10/],
    ['search.fanOut', '3', /^Setting ggen\.search\.fanOut: .*from 1 to 10/],
    ['search.timeout', Number.NaN, /^Setting ggen\.search\.timeout: .*from 1 to 300/],
    ['search.timeout', 301, /^Setting ggen\.search\.timeout: .*from 1 to 300/],
  ] as const) {
    it(`names ${key} for ${JSON.stringify(value)} and uses the default`, () => {
      const { settings, faults } = check({ [key]: value });
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', fault);
      assert.deepEqual(settings, DEFAULT_NODE_SETTINGS);
    });
  }

  it('keep the good addresses beside bad ones', () => {
    const { settings, faults } = check({ 'node.bootstrap': ['bad', PEER, null] });
    assert.deepEqual(settings.bootstrap, [PEER]);
    assert.equal(faults.length, 2);
  });
});

import assert from 'node:assert/strict';
import { checkSettings } from '../../../../src/extension/settings/settings-check.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/settings/node-settings.ts';
import type { CheckedSettings } from '../../../../src/extension/settings/settings-check.ts';
import { t } from '../localize.ts';

const PEER = '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

function check(values: Readonly<Record<string, unknown>>): CheckedSettings {
  return checkSettings((key) => values[key], t);
}

describe('settings of the node', () => {
  it('have their defaults when nothing is set', () => {
    assert.deepEqual(check({}), { settings: DEFAULT_NODE_SETTINGS, problems: [] });
  });

  it('export traces to a valid URL only', () => {
    assert.equal(
      check({ 'telemetry.otlpEndpoint': ' http://127.0.0.1:4318/ ' }).settings.otlpEndpoint,
      'http://127.0.0.1:4318',
    );
    assert.deepEqual(check({ 'telemetry.otlpEndpoint': '' }), { settings: DEFAULT_NODE_SETTINGS, problems: [] });
    for (const value of ['127.0.0.1:4318', 'ftp://a', 'http://me:word@a', 'http://a/?key=1', 7, ['http://a']]) {
      const { settings, problems } = check({ 'telemetry.otlpEndpoint': value });
      assert.equal(settings.otlpEndpoint, undefined);
      assert.match(problems[0] ?? '', /^Setting ggen\.telemetry\.otlpEndpoint: /);
    }
  });

  it('are converted, seconds to milliseconds', () => {
    const { settings, problems } = check({
      'node.listen': ['/ip4/127.0.0.1/tcp/4001'],
      'node.bootstrap': [PEER, ` ${PEER} `],
      'node.dhtMode': 'client',
      'node.name': ' Ada ',
      'node.location': { latitude: 52.52, longitude: 13.4, region: ' Berlin ' },
      'search.fanOut': 10,
      'search.timeout': 1.5,
      'content.seedInstalled': false,
      'content.uploadRate': 16,
      'content.downloadRate': 0,
      'content.uploadPerDay': 2.5,
      'content.downloadPerDay': 1,
      'content.transfersPerPeer': 16,
      'content.limitLocalNetwork': true,
      'content.quota': 0.5,
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(settings, {
      ...DEFAULT_NODE_SETTINGS,
      listen: ['/ip4/127.0.0.1/tcp/4001'],
      bootstrap: [PEER],
      dhtMode: 'client',
      name: 'Ada',
      fanOut: 10,
      timeout: 1500,
      transfers: {
        ...DEFAULT_NODE_SETTINGS.transfers,
        seedInstalled: false,
        uploadRate: 16_000,
        downloadRate: 0,
        uploadPerDay: 2_500_000,
        downloadPerDay: 1_000_000,
        transfersPerPeer: 16,
        limitLocalNetwork: true,
      },
      quota: 536_870_912,
      location: { latitude: 52.52, longitude: 13.4, region: 'Berlin' },
    });
  });

  for (const [key, value, fault] of [
    ['content.uploadRate', 15, /^Setting ggen\.content\.uploadRate: .*16/],
    ['content.seedInstalled', 'no', /true or false/],
    ['node.listen', '/ip4/0.0.0.0/tcp/0', /^Setting ggen\.node\.listen: .*list/],
    ['node.listen', ['nowhere'], /^Setting ggen\.node\.listen: “nowhere”/],
    ['node.bootstrap', { a: 1 }, /^Setting ggen\.node\.bootstrap: .*list/],
    ['node.bootstrap', [7], /^Setting ggen\.node\.bootstrap: “7”/],
    ['node.dhtMode', 'both', /^Setting ggen\.node\.dhtMode: .*“server” or “client”/],
    ['content.quota', 0, /^Setting ggen\.content\.quota: .*from 0\.001 to 100000/],
    ['node.name', 5, /^Setting ggen\.node\.name: .*64/],
    ['node.name', 'x'.repeat(65), /^Setting ggen\.node\.name: .*64/],
    ['node.location', 'Berlin', /^Setting ggen\.node\.location: .*latitude.*-90 to 90/],
    ['node.location', { latitude: 91, longitude: 0 }, /^Setting ggen\.node\.location: .*latitude.*-90 to 90/],
    ['node.location', { latitude: 1 }, /^Setting ggen\.node\.location: .*longitude.*-180 to 180/],
    ['node.location', { latitude: 1, longitude: NaN }, /^Setting ggen\.node\.location: .*longitude/],
    ['node.location', { latitude: 1, longitude: 2, region: 7 }, /^Setting ggen\.node\.location: .*region.*64/],
    ['search.fanOut', 0, /^Setting ggen\.search\.fanOut: .*from 1 to 10/],
    ['search.fanOut', 2.5, /^Setting ggen\.search\.fanOut: .*from 1 to 10/],
    ['search.fanOut', '3', /^Setting ggen\.search\.fanOut: .*from 1 to 10/],
    ['search.timeout', Number.NaN, /^Setting ggen\.search\.timeout: .*from 0\.1 to 300/],
    ['search.timeout', 301, /^Setting ggen\.search\.timeout: .*from 0\.1 to 300/],
  ] as const) {
    it(`names ${key} for ${JSON.stringify(value)} and uses the default`, () => {
      const { settings, problems } = check({ [key]: value });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', fault);
      assert.deepEqual(settings, DEFAULT_NODE_SETTINGS);
    });
  }

  it('share no location unless one is set', () => {
    assert.deepEqual(check({ 'node.location': null }).settings, DEFAULT_NODE_SETTINGS);
    const { settings } = check({ 'node.location': { latitude: -33.9, longitude: 18.4, region: '' } });
    assert.deepEqual(settings.location, { latitude: -33.9, longitude: 18.4 });
  });

  it('keep the valid addresses among invalid ones', () => {
    const { settings, problems } = check({ 'node.bootstrap': ['bad', PEER, null] });
    assert.deepEqual(settings.bootstrap, [PEER]);
    assert.equal(problems.length, 2);
  });
});

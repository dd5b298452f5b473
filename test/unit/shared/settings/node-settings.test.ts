import assert from 'node:assert/strict';
import { DEFAULT_NODE_SETTINGS, needsRestart, nodeSettings } from '../../../../src/shared/settings/node-settings.ts';
import { SETTING_NAMES, settingRow } from '../../../../src/shared/settings/rows.ts';
import { expectedText, settingProblem } from '../../../../src/shared/settings/setting-problem.ts';

describe('settings of a node', () => {
  it('have the defaults of their rows, which fit their own ranges', () => {
    assert.deepEqual(DEFAULT_NODE_SETTINGS, {
      ...DEFAULT_NODE_SETTINGS,
      listen: ['/ip4/0.0.0.0/tcp/0'],
      bootstrap: [],
      dhtMode: 'server',
      fanOut: 3,
      timeout: 30_000,
      name: '',
      quota: 5 * 1024 ** 3,
      transfers: {
        ...DEFAULT_NODE_SETTINGS.transfers,
        seedInstalled: true,
        uploadRate: 0,
        downloadRate: 0,
        uploadPerDay: 0,
        downloadPerDay: 0,
        transfersPerPeer: 4,
        limitLocalNetwork: false,
      },
    });
    for (const name of SETTING_NAMES) {
      const row = settingRow(name);
      if (row.kind !== 'location') assert.equal(settingProblem(row, row.default), undefined, name);
    }
  });

  it('are built from the value of each row', () => {
    const location = { latitude: 1, longitude: 2 };
    const settings = nodeSettings((name) => ({ location, uploadRate: 16_000, otlpEndpoint: '' })[name as string]);
    assert.deepEqual(settings, {
      ...DEFAULT_NODE_SETTINGS,
      location,
      transfers: { ...DEFAULT_NODE_SETTINGS.transfers, uploadRate: 16_000 },
    });
  });

  it('need a restart where libp2p is composed of them, and not otherwise', () => {
    const changes = { listen: [], dhtMode: 'client', name: 'x', bootstrap: ['x'], fanOut: 4, timeout: 1, quota: 1 };
    const restarting = Object.entries(changes).filter(([name, value]) =>
      needsRestart(DEFAULT_NODE_SETTINGS, { ...DEFAULT_NODE_SETTINGS, [name]: value }),
    );
    assert.deepEqual(
      restarting.map(([name]) => name),
      ['listen', 'dhtMode', 'name'],
    );
    const transfers = { ...DEFAULT_NODE_SETTINGS.transfers, uploadRate: 16_000 };
    assert.equal(needsRestart(DEFAULT_NODE_SETTINGS, { ...DEFAULT_NODE_SETTINGS, transfers }), false);
  });

  for (const [name, valid, invalid, expected] of [
    ['uploadRate', [0, 16_000], [-1, 15_999, Number.NaN, '0'], 'a number from 16000 to 10000000000, or 0 for no limit'],
    ['fanOut', [1, 10], [0, 11, 1.5, undefined], 'a whole number from 1 to 10'],
    ['dhtMode', ['client'], ['both', undefined], 'one of server, client'],
    ['seedInstalled', [false], ['false', 0], 'true or false'],
    ['listen', [[]], [[1], 'x'], 'a list of strings'],
    ['name', ['x'.repeat(64)], ['x'.repeat(65), 1], 'a string of at most 64 characters'],
    ['dataFolder', [''], [1], 'a string'],
    ['otlpEndpoint', ['', 'http://127.0.0.1:4318'], ['x', 1], "a URL such as 'http://127.0.0.1:4318', without"],
    [
      'location',
      [{ latitude: 1, longitude: -180 }],
      [{ latitude: 91, longitude: 0 }, null],
      'a location with a latitude',
    ],
  ] as const) {
    it(`are checked by their rows: ${name} must be ${expected}`, () => {
      const row = settingRow(name);
      for (const value of valid) assert.equal(settingProblem(row, value), undefined);
      for (const value of invalid) {
        const problem = settingProblem(row, value);
        assert.ok(problem !== undefined && expectedText(problem).startsWith(expected), JSON.stringify(value));
      }
    });
  }
});

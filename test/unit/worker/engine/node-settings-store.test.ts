import assert from 'node:assert/strict';
import { DEFAULT_NODE_SETTINGS } from '../../../../src/shared/settings/node-settings.ts';
import { NodeSettingsStore } from '../../../../src/worker/engine/node-settings-store.ts';

describe('the store of node settings', () => {
  let rows: Map<string, string>;
  const db = {
    meta: (key: string) => rows.get(key),
    setMeta: (key: string, value: string) => {
      rows.set(key, value);
    },
  };
  beforeEach(() => {
    rows = new Map();
  });

  it('has no saved settings before the first start, and works with the defaults', () => {
    const store = new NodeSettingsStore(db);
    assert.equal(store.saved, undefined);
    assert.deepEqual(store.current, DEFAULT_NODE_SETTINGS);
  });

  it('returns saved settings in the next session', () => {
    const settings = { ...DEFAULT_NODE_SETTINGS, name: 'desk' };
    new NodeSettingsStore(db).save(settings);
    assert.deepEqual(new NodeSettingsStore(db).saved, settings);
  });

  for (const text of ['no JSON', '{}', JSON.stringify({ ...DEFAULT_NODE_SETTINGS, fanOut: 0 })]) {
    it(`ignores saved settings that are invalid: ${text.slice(0, 10)}`, () => {
      rows.set('node-settings', text);
      assert.equal(new NodeSettingsStore(db).saved, undefined);
    });
  }
});

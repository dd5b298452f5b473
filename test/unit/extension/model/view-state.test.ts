import assert from 'node:assert/strict';
import { viewState } from '../../../../src/extension/model/view-state.ts';

describe('the state that the views show', () => {
  it('is the state of the node while the engine runs', () => {
    for (const state of ['stopped', 'starting', 'running', 'stopping', 'failed'] as const) {
      assert.equal(viewState('ready', state, true), state);
    }
  });

  it('is the state of the engine otherwise', () => {
    assert.equal(viewState('idle', 'running', true), 'stopped');
    assert.equal(viewState('starting', 'stopped', true), 'starting');
    assert.equal(viewState('starting', 'stopped', false), 'stopped', 'only the engine starts');
    assert.equal(viewState('restarting', 'running', true), 'restarting');
    assert.equal(viewState('failed', 'running', true), 'failed');
  });
});

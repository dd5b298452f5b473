import assert from 'node:assert/strict';
import { viewState } from '../../../../src/extension/model/view-state.ts';

describe('what the views show', () => {
  it('is the node while the engine is there', () => {
    for (const state of ['stopped', 'starting', 'running', 'stopping', 'failed'] as const) {
      assert.equal(viewState('ready', state, true), state);
    }
  });

  it('is the engine when it is not', () => {
    assert.equal(viewState('idle', 'running', true), 'stopped');
    assert.equal(viewState('starting', 'stopped', true), 'starting');
    assert.equal(viewState('starting', 'stopped', false), 'stopped', 'only the engine starts');
    assert.equal(viewState('restarting', 'running', true), 'restarting');
    assert.equal(viewState('failed', 'running', true), 'failed');
  });
});

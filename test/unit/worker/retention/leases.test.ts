import assert from 'node:assert/strict';
import { Leases } from '../../../../src/worker/retention/leases.ts';

describe('leases on content', () => {
  it('last until every lease of the root is released, each once', () => {
    const leases = new Leases();
    const first = leases.lease('root');
    const second = leases.lease('root');
    leases.lease('other')();
    assert.deepEqual(leases.roots(), ['root']);
    first();
    first();
    assert.deepEqual(leases.roots(), ['root']);
    second();
    assert.deepEqual(leases.roots(), []);
  });

  it('end with the block that declared them', () => {
    const leases = new Leases();
    {
      using _lease = leases.lease('root');
      assert.deepEqual(leases.roots(), ['root']);
    }
    assert.deepEqual(leases.roots(), []);
  });
});

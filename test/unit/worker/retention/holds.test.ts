import assert from 'node:assert/strict';
import { Holds } from '../../../../src/worker/retention/holds.ts';

describe('holding content', () => {
  it('lasts until everyone who holds a root has let go, each once', () => {
    const holds = new Holds();
    const first = holds.hold('root');
    const second = holds.hold('root');
    holds.hold('other')();
    assert.deepEqual(holds.roots(), ['root']);
    first();
    first();
    assert.deepEqual(holds.roots(), ['root']);
    second();
    assert.deepEqual(holds.roots(), []);
  });

  it('ends with the block that declared it', () => {
    const holds = new Holds();
    {
      using _held = holds.hold('root');
      assert.deepEqual(holds.roots(), ['root']);
    }
    assert.deepEqual(holds.roots(), []);
  });
});

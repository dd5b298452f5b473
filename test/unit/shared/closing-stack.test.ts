import assert from 'node:assert/strict';
import { ClosingStack } from '../../../src/shared/closing-stack.ts';

describe('a closing stack', () => {
  it('runs its steps in reverse order, each after the previous one has ended', async () => {
    const stack = new ClosingStack();
    const steps: string[] = [];
    stack.defer(() => steps.push('first'));
    stack.defer(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      steps.push('second');
    });
    await Promise.all([stack.close(), stack.close()]);
    assert.deepEqual(steps, ['second', 'first']);
  });

  it('runs every step although some fail, and throws the first error', async () => {
    const stack = new ClosingStack();
    const steps: string[] = [];
    stack.defer(() => steps.push('first'));
    stack.defer(() => Promise.reject(new Error('of the second step')));
    stack.defer(() => {
      throw new Error('of the third step');
    });
    await assert.rejects(stack.close(), { message: 'of the third step' });
    assert.deepEqual(steps, ['first']);
  });
});

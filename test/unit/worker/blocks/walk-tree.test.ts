import assert from 'node:assert/strict';
import { walkTree } from '../../../../src/worker/blocks/walk-tree.ts';
import type { WalkOptions } from '../../../../src/worker/blocks/walk-tree.ts';

const TREE: Readonly<Record<string, readonly string[]>> = {
  root: ['a', 'b', 'c'],
  a: ['a1', 'a2'],
  b: ['b1'],
  a1: ['deep'],
  c: ['a'],
};

async function walk(options: Partial<WalkOptions<string, string>> = {}, roots = ['root']): Promise<string[]> {
  const steps: string[] = [];
  const visits = walkTree<string, string>(roots, {
    read: (step) => step.toUpperCase(),
    expand: (step) => TREE[step] ?? [],
    ...options,
  });
  for await (const { step, value } of visits) {
    assert.equal(value, step.toUpperCase());
    steps.push(step);
  }
  return steps;
}

const once = (step: string): string => step;

describe('walk of a tree', () => {
  it('visits depth first or breadth first, siblings in their order', async () => {
    assert.deepEqual(await walk({ keyOf: once }), ['root', 'a', 'a1', 'deep', 'a2', 'b', 'b1', 'c']);
    assert.deepEqual(await walk({ keyOf: once, order: 'breadth-first' }), [
      ...['root', 'a', 'b', 'c'],
      ...['a1', 'a2', 'b1', 'deep'],
    ]);
  });

  it('visits a step with a key once, also below several roots', async () => {
    assert.deepEqual(await walk({ keyOf: once }, ['a', 'c']), ['a', 'a1', 'deep', 'a2', 'c']);
    assert.deepEqual(await walk({ keyOf: () => undefined }, ['a', 'c']), [
      ...['a', 'a1', 'deep', 'a2'],
      ...['c', 'a', 'a1', 'deep', 'a2'],
    ]);
  });

  it('ends after the maximum number of steps, even in an infinite tree', async () => {
    const steps = await walk({ maxSteps: 5, expand: (step) => [`${step}x`, `${step}y`] });
    assert.equal(steps.length, 5);
  });

  for (const order of ['depth-first', 'breadth-first'] as const) {
    it(`reads ahead up to the limit, and keeps the ${order} order`, async () => {
      let active = 0;
      let maxActive = 0;
      const options: Partial<WalkOptions<string, string>> = {
        order,
        keyOf: once,
        canExpand: (step) => TREE[step] !== undefined,
        readAhead: () => 3,
        read: async (step) => {
          maxActive = Math.max(maxActive, ++active);
          await new Promise((resolve) => setImmediate(resolve));
          active--;
          return step.toUpperCase();
        },
        expand: (step) => TREE[step] ?? (step.startsWith('a2') ? assert.fail('has nothing below it') : []),
      };
      assert.deepEqual(await walk(options), await walk({ order, keyOf: once }));
      assert.ok(maxActive > 1 && maxActive <= 3, `${maxActive} at once`);
    });
  }

  it('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const visits = walkTree(['root'], {
      read: (step) => step,
      expand: (step) => TREE[step] ?? [],
      signal: controller.signal,
    });
    await visits.next();
    controller.abort(new Error('canceled'));
    await assert.rejects(visits.next(), { message: 'canceled' });
  });

  it('ends with the error of a read, and leaves no rejection of a later read unhandled', async () => {
    const read = (step: string): Promise<string> => Promise.reject(new Error(`no ${step}`));
    const options = { read, order: 'breadth-first', readAhead: () => 3 } as const;
    await assert.rejects(walk(options, ['a', 'b', 'c']), { message: 'no a' });
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('lets the event loop go on during a long walk', async () => {
    let turns = 0;
    let steps = 0;
    const pending = setInterval(() => turns++);
    const visits = walkTree([0], { read: (step) => step, expand: (step) => [step + 1] });
    for await (const { step } of visits) {
      steps = step;
      if (turns > 0) break;
    }
    clearInterval(pending);
    assert.ok(steps > 1);
  });
});

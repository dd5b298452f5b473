import assert from 'node:assert/strict';
import { ChangeBus } from '../../../../src/worker/engine/change-bus.ts';

describe('the change bus', () => {
  it('passes each change to the listeners of its kind, in the order of their registration', () => {
    const bus = new ChangeBus();
    const received: string[] = [];
    bus.on('packages', ({ id }) => received.push(`first ${id}`));
    bus.on('packages', ({ id }) => received.push(`second ${id}`));
    bus.on('forks', () => received.push('forks'));
    bus.emit('packages', { id: 'a/b' });
    assert.deepEqual(received, ['first a/b', 'second a/b']);
  });

  it('ends a subscription, also from inside a listener', () => {
    const bus = new ChangeBus();
    const received: string[] = [];
    bus.on('peers', () => {
      endSecond();
      received.push('first');
    });
    const endSecond = bus.on('peers', () => received.push('second'));
    bus.emit('peers', {});
    bus.emit('peers', {});
    assert.deepEqual(received, ['first', 'first']);
  });

  it('calls every listener before it throws the first error', () => {
    const bus = new ChangeBus();
    let calls = 0;
    const fail = (): void => {
      calls++;
      throw new Error(`listener ${calls}`);
    };
    bus.on('peers', fail);
    bus.on('peers', fail);
    assert.throws(() => {
      bus.emit('peers', {});
    }, /listener 1/);
    assert.equal(calls, 2);
  });
});

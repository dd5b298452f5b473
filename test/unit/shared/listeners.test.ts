import assert from 'node:assert/strict';
import { Listeners } from '../../../src/shared/listeners.ts';

describe('listeners', () => {
  it('count each registration of the same function by itself', () => {
    const listeners = new Listeners<number>();
    const received: number[] = [];
    const listener = (value: number): void => void received.push(value);
    const remove = listeners.add(listener);
    listeners.add(listener);
    listeners.emit(1);
    remove();
    remove();
    listeners.emit(2);
    assert.deepEqual(received, [1, 1, 2]);
    assert.equal(listeners.size, 1);
  });

  it('call a listener that is added while they are called only for the next value', () => {
    const listeners = new Listeners<number>();
    const received: number[] = [];
    const remove = listeners.add(() => {
      remove();
      listeners.add((value) => received.push(value));
    });
    listeners.emit(1);
    listeners.emit(2);
    assert.deepEqual(received, [2]);
  });
});

import assert from 'node:assert/strict';
import { EventFanOut } from '../../../src/shared/event-fan-out.ts';
import type { EngineEvents, LogLine } from '../../../src/shared/events.ts';

const line = (message: string): LogLine => ({ level: 'info', scope: 'test', message, time: 0 });

describe('the event fan-out', () => {
  it('delivers the newest snapshot to a late subscriber, with a version that only grows', () => {
    const events = new EventFanOut();
    events.publish('forks', { ids: ['a/b'] });
    events.publish('forks', { ids: ['a/c'] });
    const received: EngineEvents['forks'][] = [];
    events.subscribe('forks', (event) => received.push(event));
    events.publish('forks', { ids: [] });
    assert.deepEqual(received, [
      { version: 2, ids: ['a/c'] },
      { version: 3, ids: [] },
    ]);
  });

  it('keeps log lines for the first subscriber only', () => {
    const events = new EventFanOut();
    events.publish('log', { line: line('early') });
    const [first, second]: string[][] = [[], []];
    events.subscribe('log', (event) => first?.push(event.line.message));
    events.subscribe('log', (event) => second?.push(event.line.message));
    events.publish('log', { line: line('late') });
    assert.deepEqual([first, second], [['early', 'late'], ['late']]);
  });

  it('delivers nothing after it was closed', () => {
    const events = new EventFanOut();
    events.publish('forks', { ids: ['a/b'] });
    events.subscribe('log', () => assert.fail('closed'));
    events.close();
    events.publish('log', { line: line('too late') });
    events.subscribe('forks', () => assert.fail('closed'));
  });
});

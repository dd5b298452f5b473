import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { CallName, CallOptions, Engine } from '../../src/shared/api/index.ts';
import type { EngineEvents } from '../../src/shared/events.ts';
import { EVENT_NAMES } from '../../src/shared/events.ts';
import type { RemoteEngine } from '../../src/rpc/client.ts';
import { errorTests } from './boundary-errors.ts';
import { requestTests } from './boundary-requests.ts';
import type { Link } from './boundary-support.ts';
import { command, remoteState, waitForRemoteState } from './boundary-support.ts';
import { EVENT_SAMPLES, SAMPLES } from './samples/index.ts';

/** Requirements on the boundary over any transport. */
export function boundarySuite(title: string, open: () => Promise<Link>): void {
  describe(`boundary over ${title}`, () => {
    let link: Link;
    let engine: RemoteEngine;

    before(async () => {
      link = await open();
      engine = link.engine;
    });
    after(() => link.close());

    afterEach('nothing is left running or subscribed', async () => {
      assert.equal(engine.liveOperations(), 0);
      await waitForRemoteState(engine, { operations: 0, listeners: 0 });
    });

    for (const name of Object.keys(SAMPLES) as CallName[])
      it(`round-trips ${name}`, () => assertRoundTrip(engine, name));

    it('round-trips every event', async () => {
      const seen: Record<string, unknown> = {};
      const ends = EVENT_NAMES.map((name) => engine.subscribe(name, (event) => (seen[name] = event)));
      await command(engine, 'emitSamples');
      assert.deepEqual(seen, EVENT_SAMPLES);
      for (const end of ends) end();
    });

    errorTests(() => engine);
    cancelTests(() => engine);
    orderTests(() => engine);
    requestTests(() => engine);

    it('answers 1,000 concurrent calls, each with its own response', async () => {
      const numbers = Array.from({ length: 1_000 }, (_, number) => number);
      const answers = Promise.all(numbers.map((number) => command(engine, `later:${number}`)));
      assert.equal(engine.liveOperations(), 1_000);
      assert.deepEqual(await answers, numbers);
    });
  });
}

async function assertRoundTrip(engine: Engine, name: CallName): Promise<void> {
  const sample = SAMPLES[name];
  const steps: unknown[] = [];
  // The table pairs each request with its call, which the compiler cannot follow through a variable name.
  const call = engine[name] as (request: unknown, options: CallOptions<unknown>) => Promise<unknown>;
  const response = await call(sample.request, { onProgress: (step) => steps.push(step) });
  assert.deepEqual(response, sample.response);
  assert.deepEqual(steps, sample.progress ?? []);
}

function cancelTests(engine: () => RemoteEngine): void {
  it('does not send a call whose signal is already aborted', async () => {
    await assert.rejects(command(engine(), 'wait', { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(engine().liveOperations(), 0);
    assert.equal((await remoteState(engine())).operations, 0);
  });

  it('rejects immediately on the client and cancels the call in the engine', async () => {
    const before = (await remoteState(engine())).aborted;
    const controller = new AbortController();
    const call = command(engine(), 'wait', { signal: controller.signal });
    await waitForRemoteState(engine(), { operations: 1 });
    controller.abort();
    await assert.rejects(call, { name: 'AbortError' });
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    await waitForRemoteState(engine(), { operations: 0, aborted: before + 1 });
  });

  it('cancels right after sending', async () => {
    const controller = new AbortController();
    const call = command(engine(), 'wait', { signal: controller.signal });
    controller.abort();
    await assert.rejects(call, { name: 'AbortError' });
    await waitForRemoteState(engine(), { operations: 0 });
  });

  it('ignores a cancel after the answer, and leaves no listener on the signal', async () => {
    const controller = new AbortController();
    assert.equal(await command(engine(), 'later:3', { signal: controller.signal }), 3);
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
    controller.abort();
    assert.equal(await command(engine(), 'later:4'), 4);
  });
}

function orderTests(engine: () => Engine): void {
  it('delivers progress in order, before the reply, and none after it', async () => {
    const steps: unknown[] = [];
    const answer = await command(engine(), 'progress:500', { onProgress: (step) => steps.push(step) });
    assert.equal(answer, 'done');
    const before = [...steps];
    await remoteState(engine()); // a late one would arrive before this reply
    assert.deepEqual(steps, before);
    assert.deepEqual(
      before.filter((step) => typeof step === 'number'),
      Array.from({ length: 500 }, (_, index) => index + 1),
    );
    assert.ok(!before.includes('too late'));
  });

  it('delivers events in order of their versions, and before the reply of the call that caused them', async () => {
    const versions: number[] = [];
    const end = engine().subscribe('log', (event) => versions.push(event.version));
    await command(engine(), 'emit:300');
    end();
    assert.deepEqual(
      versions,
      Array.from({ length: 300 }, (_, index) => index + 1),
    );
  });

  it('delivers the latest snapshot first, to late subscribers too, and each log line once', async () => {
    await command(engine(), 'emit:5');
    const first: number[] = [];
    const lateVersions: number[] = [];
    const logs: number[] = [];
    const ends = [engine().subscribe('node', (event) => first.push(event.version))];
    await remoteState(engine());
    assert.deepEqual(first, [5]);
    ends.push(
      engine().subscribe('node', (event) => lateVersions.push(event.version)),
      engine().subscribe('log', (event) => logs.push(event.version)),
    );
    assert.deepEqual(lateVersions, []);
    await Promise.resolve();
    assert.deepEqual(lateVersions, [5]);
    await command(engine(), 'emit:1');
    assert.deepEqual([first, lateVersions, logs], [[5, 1], [5, 1], [1]]);
    for (const end of ends) end();
  });

  it('ends a subscription permanently, even from within its listener and after an immediate re-subscription', async () => {
    await command(engine(), 'emit:2');
    const old: number[] = [];
    const end = engine().subscribe('node', (event) => {
      old.push(event.version);
      end();
    });
    await command(engine(), 'emit:2');
    assert.deepEqual(old, [2]);

    const events: EngineEvents['node'][] = [];
    const left = engine().subscribe('node', () => assert.fail('ended before anything could arrive'));
    left();
    left();
    const repeated = engine().subscribe('node', (event) => events.push(event));
    await remoteState(engine());
    assert.deepEqual(
      events.map((event) => event.version),
      [2],
    );
    repeated();
  });
}

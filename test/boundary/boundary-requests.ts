import assert from 'node:assert/strict';
import type { RemoteEngine } from '../../src/rpc/client.ts';
import { command, uncaughtDuring } from './boundary-support.ts';
import { SAMPLES } from './samples/index.ts';

/** Only plain data crosses, and a fault of one caller does not affect the others. */
export function requestTests(engine: () => RemoteEngine): void {
  const refused: readonly (readonly [string, unknown])[] = [
    ['a function', { id: 'x', then: () => undefined }],
    ['a class instance', { id: 'x', at: new Date() }],
    ['an iterator', { id: [1, 2].values() }],
    ['a signal', { id: 'x', signal: new AbortController().signal }],
    ['a symbol', { id: Symbol('x') }],
    ['a bigint', { id: 1n }],
  ];
  for (const [what, request] of refused) {
    it(`refuses ${what} before posting it`, async () => {
      await assert.rejects(engine().peer(request as { id: string }), { name: 'InvalidRequest', message: /plain data/ });
      assert.equal(engine().liveOperations(), 0);
    });
  }

  it('refuses infinitely nested data', async () => {
    const cyclic: Record<string, unknown> = { id: 'x' };
    cyclic['self'] = cyclic;
    await assert.rejects(engine().peer(cyclic as { id: string }), { name: 'InvalidRequest', message: /levels deep/ });
  });

  it('transfers a view of a larger buffer as its exact bytes, in both directions', async () => {
    const signature = Buffer.from(new ArrayBuffer(1_000_000), 1_000, 64).fill(255);
    assert.deepEqual(await engine().publish({ ...SAMPLES.publish.request, signature }), SAMPLES.publish.response);
    const answer = await command(engine(), 'view');
    assert.deepEqual(answer, new Uint8Array(10).fill(7));
    assert.equal((answer as Uint8Array).buffer.byteLength, 10);
  });

  it('keeps serving after a listener or progress callback of its client throws', async () => {
    const faults = [new Error('a fault of the listener'), new Error('a fault of the callback')];
    const delivered: number[] = [];
    const ends = [
      engine().subscribe('log', () => {
        throw faults[0]!;
      }),
      engine().subscribe('log', (event) => delivered.push(event.version)),
    ];
    const caught = await uncaughtDuring(async () => {
      await command(engine(), 'emit:1');
      const onProgress = (step: unknown): void => {
        if (step === 1) throw faults[1]!;
      };
      assert.equal(await command(engine(), 'progress:1', { onProgress }), 'done');
    });
    assert.deepEqual(caught, faults);
    assert.deepEqual(delivered, [1]);
    for (const end of ends) end();
  });
}

import assert from 'node:assert/strict';
import { openBlockSource } from '../../../../src/worker/transfer/transfer.ts';
import { randomTree } from '../../../random-tree.ts';
import { honestAnswer, silentAnswer } from './support/fake-provider.ts';
import { TransferFixture } from './support/transfer-fixture.ts';

describe('a source of single blocks', () => {
  let fixture: TransferFixture;
  const { signal } = new AbortController();
  afterEach(() => {
    fixture[Symbol.dispose]();
  });

  it('fetches each requested block once, and nothing below it', async () => {
    const tree = await randomTree([1_000, 2_000, 3_000]);
    fixture = new TransferFixture(honestAnswer(tree.store));
    const source = openBlockSource(tree.root, fixture.options());
    const [first, second] = tree.files;
    const [one, same] = await fixture.clock.run(Promise.all([source.get(first!, signal), source.get(first!, signal)]));
    assert.equal(one.length, 1_000);
    assert.deepEqual(one, same);
    assert.equal((await fixture.clock.run(source.get(second!, signal))).length, 2_000);
    await source.get(second!, signal);
    assert.deepEqual(fixture.providers[0]?.requests, [[first!.toString()], [second!.toString()]]);
    source.close();
    assert.equal(fixture.providers[0].openSessions, 0);
  });

  it('continues after a block that no provider has, and with the current providers', async () => {
    const tree = await randomTree([1_000]);
    fixture = new TransferFixture(honestAnswer(tree.store));
    const source = openBlockSource(tree.root, fixture.options());
    const absent = (await randomTree([5])).root;
    await assert.rejects(fixture.clock.run(source.get(absent, signal)), { name: 'ContentUnavailable' });
    assert.equal((await fixture.clock.run(source.get(tree.files[0]!, signal))).length, 1_000);
    source.close();
  });

  it('goes on fetching for other callers when one cancels', async () => {
    const tree = await randomTree([1_000]);
    fixture = new TransferFixture(honestAnswer(tree.store, 10));
    const source = openBlockSource(tree.root, fixture.options());
    const abort = new AbortController();
    const [cid] = tree.files;
    const canceled = source.get(cid!, abort.signal);
    const other = source.get(cid!, signal);
    await fixture.clock.settle();
    abort.abort();
    await assert.rejects(canceled, { name: 'AbortError' });
    assert.equal((await fixture.clock.run(other)).length, 1_000);
    await assert.rejects(source.get(cid!, AbortSignal.abort()), { name: 'AbortError' });
    source.close();
  });

  it('rejects pending requests when it is closed', async () => {
    const tree = await randomTree([1_000]);
    fixture = new TransferFixture(silentAnswer);
    const source = openBlockSource(tree.root, fixture.options());
    const pending = source.get(tree.root, signal);
    await fixture.clock.settle();
    source.close();
    await assert.rejects(fixture.clock.run(pending), { name: 'ContentUnavailable' });
  });
});

import assert from 'node:assert/strict';
import { SearchSession } from '../../../../../src/extension/commands/search/search-session.ts';
import type { Ask } from '../../../../../src/extension/commands/search/search-session.ts';
import type { SearchResults } from '../../../../../src/shared/model.ts';

const EMPTY: SearchResults = {
  packages: [],
  localCount: 0,
  remoteCount: 0,
  peersAsked: 0,
  peersAnswered: 0,
  elapsed: 0,
};

/** A search whose answers the test gives, and what the view was told. */
function scene() {
  const questions: {
    text: string;
    options: Parameters<Ask>[1];
    answer: (results: SearchResults) => void;
    fail: (error: Error) => void;
  }[] = [];
  const told: string[] = [];
  const asked = Promise.withResolvers<undefined>();
  const quiet = Promise.withResolvers<undefined>();
  const ask: Ask = (query, options) => {
    const { promise, resolve, reject } = Promise.withResolvers<SearchResults>();
    questions.push({ text: query.text, options, answer: resolve, fail: reject });
    asked.resolve(undefined);
    return promise;
  };
  const session = new SearchSession(
    ask,
    {
      busy: (busy) => {
        told.push(busy ? 'busy' : 'idle');
        if (!busy) quiet.resolve(undefined);
      },
      show: (text, { localCount }, final) => told.push(`${text}:${localCount}${final ? ' final' : ''}`),
      fail: (text, error) => told.push(`${text} failed: ${String(error)}`),
    },
    1,
  );
  return { session, questions, told, asked: asked.promise, quiet: quiet.promise };
}

describe('searching while somebody types', () => {
  it('puts one question for a burst of keys', async () => {
    const { session, questions, asked } = scene();
    for (const text of ['h', 'he', 'hel', ' hello ']) session.input(text);
    await asked;
    assert.deepEqual(
      questions.map(({ text }) => text),
      ['hello'],
    );
    session.dispose();
  });

  it('shows updates as they come, then the whole', async () => {
    const { session, questions, told, asked, quiet } = scene();
    session.input('a');
    await asked;
    questions[0]!.options.onProgress?.({ ...EMPTY, localCount: 1 });
    questions[0]!.options.onProgress?.({ ...EMPTY, localCount: 2 });
    questions[0]!.answer({ ...EMPTY, localCount: 3 });
    await quiet;
    assert.deepEqual(told, ['busy', 'a:1', 'a:2', 'a:3 final', 'idle']);
  });

  it('cancels the question before, and shows nothing of it any more', async () => {
    const { session, questions, told, asked } = scene();
    session.input('old');
    await asked;
    session.input('new');
    assert.equal(questions[0]!.options.signal?.aborted, true);
    questions[0]!.options.onProgress?.({ ...EMPTY, localCount: 9 });
    questions[0]!.answer({ ...EMPTY, localCount: 9 });
    await new Promise(setImmediate);
    assert.deepEqual(told, ['busy', 'busy']);
    session.dispose();
  });

  it('says that it failed, and takes the next question', async () => {
    const { session, questions, told, asked, quiet } = scene();
    session.input('a');
    await asked;
    questions[0]!.fail(new Error('no'));
    await quiet;
    assert.deepEqual(told, ['busy', 'a failed: Error: no', 'idle']);
    session.dispose();
  });
});

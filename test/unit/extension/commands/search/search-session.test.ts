import assert from 'node:assert/strict';
import { SearchSession } from '../../../../../src/extension/commands/search/search-session.ts';
import type { RunSearch } from '../../../../../src/extension/commands/search/search-session.ts';
import type { SearchResults } from '../../../../../src/shared/model.ts';

const EMPTY: SearchResults = {
  packages: [],
  localCount: 0,
  remoteCount: 0,
  peersAsked: 0,
  peersAnswered: 0,
  elapsed: 0,
};

/** A session whose results the test provides, and a log of the calls to its view. */
function createSession() {
  const queries: {
    text: string;
    options: Parameters<RunSearch>[1];
    answer: (results: SearchResults) => void;
    fail: (error: Error) => void;
  }[] = [];
  const viewCalls: string[] = [];
  const asked = Promise.withResolvers<undefined>();
  const quiet = Promise.withResolvers<undefined>();
  const ask: RunSearch = (query, options) => {
    const { promise, resolve, reject } = Promise.withResolvers<SearchResults>();
    queries.push({ text: query.text, options, answer: resolve, fail: reject });
    asked.resolve(undefined);
    return promise;
  };
  const session = new SearchSession(
    ask,
    {
      busy: (busy) => {
        viewCalls.push(busy ? 'busy' : 'idle');
        if (!busy) quiet.resolve(undefined);
      },
      show: (text, { localCount }, final) => viewCalls.push(`${text}:${localCount}${final ? ' final' : ''}`),
      fail: (text, error) => viewCalls.push(`${text} failed: ${String(error)}`),
    },
    1,
  );
  return { session, questions: queries, announced: viewCalls, asked: asked.promise, quiet: quiet.promise };
}

describe('search while typing', () => {
  it('sends one query for a burst of keystrokes', async () => {
    const { session, questions, asked } = createSession();
    for (const text of ['h', 'he', 'hel', ' hello ']) session.input(text);
    await asked;
    assert.deepEqual(
      questions.map(({ text }) => text),
      ['hello'],
    );
    session.dispose();
  });

  it('shows updates as they arrive, then the final results', async () => {
    const { session, questions, announced, asked, quiet } = createSession();
    session.input('a');
    await asked;
    questions[0]!.options.onProgress?.({ ...EMPTY, localCount: 1 });
    questions[0]!.options.onProgress?.({ ...EMPTY, localCount: 2 });
    questions[0]!.answer({ ...EMPTY, localCount: 3 });
    await quiet;
    assert.deepEqual(announced, ['busy', 'a:1', 'a:2', 'a:3 final', 'idle']);
  });

  it('cancels the previous query, and ignores its later results', async () => {
    const { session, questions, announced, asked } = createSession();
    session.input('old');
    await asked;
    session.input('new');
    assert.equal(questions[0]!.options.signal?.aborted, true);
    questions[0]!.options.onProgress?.({ ...EMPTY, localCount: 9 });
    questions[0]!.answer({ ...EMPTY, localCount: 9 });
    await new Promise(setImmediate);
    assert.deepEqual(announced, ['busy', 'busy']);
    session.dispose();
  });

  it('reports a failure, and accepts the next query', async () => {
    const { session, questions, announced, asked, quiet } = createSession();
    session.input('a');
    await asked;
    questions[0]!.fail(new Error('no'));
    await quiet;
    assert.deepEqual(announced, ['busy', 'a failed: Error: no', 'idle']);
    session.dispose();
  });
});

import assert from 'node:assert/strict';
import { didYouMean, nearest } from '../../../../src/cli/command-line/did-you-mean.ts';
import { visibleCommands } from '../../../../src/cli/commands/commands.ts';

describe('the suggestion for a mistyped word', () => {
  const commands = visibleCommands().map(({ name }) => name);
  for (const [typed, meant] of [
    ['instal', 'install'],
    ['serach', 'search'],
    ['PUBLISH', 'publish'],
    ['unkep', 'unkeep'],
    ['peer-lst', 'peer-list'],
    ['comp', 'completion'],
    ['diffs', 'diff'],
    ['yankk', 'yank'],
  ] as const) {
    it(`is '${meant}' for '${typed}'`, () => {
      assert.equal(nearest(typed, commands), meant);
      assert.equal(didYouMean(typed, commands), ` Did you mean '${meant}'?`);
    });
  }

  for (const typed of ['frobnicate', 'x', 'ls', '', 'a'.repeat(10_000)]) {
    it(`is none for ${JSON.stringify(typed.slice(0, 12))}`, () => {
      assert.equal(nearest(typed, commands), undefined);
      assert.equal(didYouMean(typed, commands), '');
    });
  }
});

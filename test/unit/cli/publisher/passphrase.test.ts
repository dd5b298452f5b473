import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { readPassphrase } from '../../../../src/cli/publisher/passphrase.ts';

/** A terminal with typed input, and its output. */
function terminal(...typed: string[]): {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  shown: () => string;
  raw: boolean[];
} {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => {
      raw.push(on);
      const next = on ? typed.shift() : undefined;
      if (next !== undefined) setImmediate(() => input.write(next));
      return input;
    },
  });
  const output = new PassThrough().setEncoding('utf8');
  let text = '';
  output.on('data', (chunk: string) => (text += chunk));
  return { input: input as never, output: output as never, shown: () => text, raw };
}

describe('asking for a passphrase', () => {
  it('does not echo it, and handles corrections', async () => {
    const screen = terminal('secrex\u007ft word\r');
    assert.equal(await readPassphrase(undefined, {}, 'known', screen), 'secret word');
    assert.equal(screen.shown(), 'Passphrase: \n');
    assert.deepEqual(screen.raw, [true, false]);
  });

  it('asks twice for a new one', async () => {
    assert.equal(await readPassphrase(undefined, {}, 'new', terminal('one two\r', 'one two\n')), 'one two');
    await assert.rejects(readPassphrase(undefined, {}, 'new', terminal('one two\r', 'one too\r')), /do not match/);
  });

  it('ends when the user cancels, and restores the terminal', async () => {
    const screen = terminal('sec\u0003');
    await assert.rejects(readPassphrase(undefined, {}, 'known', screen), { name: 'AbortError' });
    assert.deepEqual(screen.raw, [true, false]);
  });

  it('does not prompt when the environment provides it', async () => {
    const screen = terminal();
    const env = { GGEN_P2P_PUBLISHER_PASSPHRASE: 'from outside' };
    assert.equal(await readPassphrase(undefined, env, 'new', screen), 'from outside');
    assert.equal(screen.shown(), '');
  });
});

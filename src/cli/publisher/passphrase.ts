import { readFile } from 'node:fs/promises';
import { errorMessage } from '../../shared/errors.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { PASSPHRASE_VARIABLE } from './key.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

const ENTER = ['\r', '\n'];
const BACKSPACE = ['\u007f', '\b'];
const STOP = ['\u0003', '\u0004'];

/**
 * A passphrase: from the file of `--passphrase-file`, else the environment, else a prompt that shows no input, which
 * asks twice for a new one.
 *
 * @throws UsageError when there is none and no terminal for the prompt
 */
export async function readPassphrase(
  file: string | undefined,
  env: Environment,
  purpose: 'new' | 'known',
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (file !== undefined) return (await readTextFile(file)).replace(/\r?\n$/, '');
  const variable = env[PASSPHRASE_VARIABLE] ?? '';
  if (variable !== '') return variable;
  if (!terminal.input.isTTY) {
    throw new UsageError(`A passphrase is required. Use --passphrase-file FILE, or set ${PASSPHRASE_VARIABLE}.`);
  }
  const typed = await promptHidden('Passphrase: ', terminal);
  if (purpose === 'new' && (await promptHidden('Confirm passphrase: ', terminal)) !== typed) {
    throw new UsageError('The passphrases do not match.');
  }
  return typed;
}

/** Read a file that the user named. @throws UsageError when it cannot be read */
export async function readTextFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read ${path}: ${errorMessage(error)}`);
  });
}

/** Read one line from the terminal without showing it. */
function promptHidden(question: string, { input, output }: Terminal): Promise<string> {
  output.write(question);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const read = (chunk: string): void => {
    for (const character of chunk) {
      if (ENTER.includes(character)) resolve(text);
      else if (STOP.includes(character)) reject(new DOMException('Stopped.', 'AbortError'));
      else text = BACKSPACE.includes(character) ? text.replace(/.$/u, '') : text + character;
    }
  };
  input.setRawMode(true).setEncoding('utf8').on('data', read).resume();
  return promise.finally(() => {
    input.off('data', read).setRawMode(false).pause();
    output.write('\n');
  });
}

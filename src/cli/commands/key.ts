import { toNotWritableError } from '../../platform/not-writable.ts';
import { stat } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { isProtectedKey, protectKey } from '../../identity/protected-key.ts';
import type { PublisherKey } from '../../identity/publisher-key.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { LOCAL_OPTIONS } from '../session/session-options.ts';
import { details } from '../output/table.ts';
import { keyFile, loadKeyFile, saveSecretFile } from '../publisher/key-file.ts';
import { existingKey, keyFromEnvironment, keyFromText, KEY_VARIABLE } from '../publisher/key.ts';
import { readPassphrase, readTextFile } from '../publisher/passphrase.ts';
import { resolveSettings } from '../settings/settings.ts';
import type { CommandContext, CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';

const ACTIONS = ['show', 'export', 'import'] as const;
const STDIO = '-';

export const key: CommandSpec = {
  name: 'key',
  summary: 'Show, export, or import the publisher key',
  operands: 'show | export FILE | import FILE',
  complete: ACTIONS,
  completeNext: 'file',
  options: [
    {
      long: 'passphrase-file',
      value: 'FILE',
      complete: 'file',
      help: 'read the passphrase from this file instead of prompting',
    },
    { long: 'replace', help: 'import: replace the existing key' },
    ...LOCAL_OPTIONS,
  ],
  notes:
    'Exported keys are encrypted with a passphrase (scrypt, AES-256-GCM) and readable only by their owner (mode 0600). FILE can\n' +
    'be - for standard input or output. VS Code keeps its own publisher key in its secret storage.',
  examples: ['ggen-p2p key show', 'ggen-p2p key export ./publisher.pem', 'ggen-p2p key import ./publisher.pem'],
  run: async (context) => {
    const [action, file, ...rest] = context.flags.operands;
    const { dataDir } = await resolveSettings(context.flags, process.env);
    if (action === 'show' && file === undefined) return showKey(context, dataDir);
    if (file === undefined || rest.length > 0)
      throw new UsageError('Usage: key show, key export FILE, or key import FILE.');
    if (action === 'export') return exportKey(context, dataDir, file);
    if (action === 'import') return importKey(context, dataDir, file);
    throw new UsageError(`key supports ${ACTIONS.join(', ')}, not '${action ?? ''}'.`);
  },
};

async function showKey({ console: output }: CommandContext, dataDir: string): Promise<number> {
  const fromEnvironment = keyFromEnvironment(process.env);
  const { id } = fromEnvironment ?? (await requireKey(dataDir));
  const source = fromEnvironment === undefined ? keyFile(dataDir) : KEY_VARIABLE;
  output.result({ publisher: id, source }, (view) =>
    details(
      [
        ['publisher', id],
        ['source', source],
      ],
      view,
    ),
  );
  return EXIT.done;
}

async function exportKey({ console: output, flags }: CommandContext, dataDir: string, file: string): Promise<number> {
  const secret = await requireKey(dataDir);
  if (file !== STDIO && (await exists(file))) throw new UsageError(`${file} already exists. Choose another file.`);
  const passphrase = await readPassphrase(flags.text('passphrase-file'), process.env, 'new');
  const protectedKey = protectKey(secret.secret(), passphrase);
  if (file === STDIO) {
    output.text(protectedKey);
    return EXIT.done;
  }
  await saveSecretFile(file, protectedKey);
  output.result({ publisher: secret.id, file }, (view) => `${view.success('Exported')} ${secret.id} to ${file}`);
  return EXIT.done;
}

async function importKey({ console: output, flags }: CommandContext, dataDir: string, file: string): Promise<number> {
  const text = file === STDIO ? await readAll(process.stdin) : await readTextFile(file);
  const passphrase = isProtectedKey(text)
    ? await readPassphrase(flags.text('passphrase-file'), process.env, 'known')
    : undefined;
  const imported = keyFromText(text, passphrase);
  const existing = await loadKeyFile(dataDir);
  if (existing !== undefined && existing.id !== imported.id && !flags.isEnabled('replace')) {
    throw new CommandError(
      'KeyExists',
      EXIT.refused,
      `A different publisher key already exists (${existing.id}). Without it, no one can publish to its namespace.`,
      "Back it up with 'ggen-p2p key export FILE', then import the new key with --replace.",
    );
  }
  await saveSecretFile(keyFile(dataDir), imported.secret()).catch((error: unknown) => {
    throw toNotWritableError(dataDir, error);
  });
  output.result(
    { publisher: imported.id, file: keyFile(dataDir) },
    (view) => `${view.success('Imported')} ${imported.id}`,
  );
  return EXIT.done;
}

async function requireKey(dataDir: string): Promise<PublisherKey> {
  const found = await existingKey(process.env, dataDir);
  if (found !== undefined) return found;
  throw new CommandError(
    'KeyNotFound',
    EXIT.notFound,
    `There is no publisher key in ${dataDir}.`,
    "It is created on first publish. To use an existing key, run 'ggen-p2p key import FILE'.",
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

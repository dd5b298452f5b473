import { posix } from 'node:path';
import type { Diagnostic } from '../../../shared/model.ts';
import { openUnchanged } from './open-file.ts';
import type { ProjectFile } from './project.ts';

/** How much of a file is searched for a key. */
const HEAD_BYTES = 64 * 1024;

/** Stand for a file of settings without being one. */
const TEMPLATES = /^\.env\.(?:.*\.)?(?:example|sample|template|dist|defaults?|schema)$/i;

/** A line of .npmrc with a secret of its own; `${NPM_TOKEN}` only says where to find it. */
const NPM_SECRET = /^[^#;\n]*(?:_authToken|_auth|_password)\s*=\s*(?!\s*"?\$\{)\S/im;
/** Keys in text form (RFC 7468), `ENCRYPTED` ones too. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;

interface SecretRule {
  readonly name: RegExp;
  /** What it is, in words for the user. */
  readonly what: string;
  /** Tells a secret from a harmless file of that name by the file's first bytes; absent: the name is enough. */
  readonly inside?: (head: Buffer) => number | undefined;
}

const RULES: readonly SecretRule[] = [
  { name: /^\.env(?:\..+)?$/i, what: 'settings that usually hold passwords' },
  { name: /^id_(?:rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk)$/i, what: 'a private SSH key' },
  { name: /\.(?:p12|pfx|jks|keystore)$/i, what: 'a store of private keys' },
  { name: /^(?:\.netrc|_netrc|\.git-credentials|\.pypirc)$/i, what: 'passwords or tokens' },
  { name: /\.(?:pem|key)$/i, what: 'a private key', inside: privateKeyIn },
  { name: /^\.npmrc$/i, what: 'an npm token', inside: (head) => indexOf(head, NPM_SECRET) },
];

/** Files that nobody means to publish: an error at each, which blocks until the file is removed or left out. */
export async function findSecrets(files: readonly ProjectFile[], signal?: AbortSignal): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const name = posix.basename(file.path);
    const rule = TEMPLATES.test(name) ? undefined : RULES.find((candidate) => candidate.name.test(name));
    if (rule === undefined) continue;
    signal?.throwIfAborted();
    const line = rule.inside === undefined ? 1 : await lineOf(file, rule.inside);
    if (line !== undefined) diagnostics.push(diagnose(file, rule, line));
  }
  return diagnostics;
}

function diagnose(file: ProjectFile, rule: SecretRule, line: number): Diagnostic {
  const message =
    `${file.path} looks like ${rule.what}. Whoever gets the package could read it. ` +
    'Name the file in .ggenignore, or remove it.';
  return { severity: 'error', code: 'secret-file', message, path: file.path, line, column: 1 };
}

async function lineOf(file: ProjectFile, inside: (head: Buffer) => number | undefined): Promise<number | undefined> {
  await using handle = await openUnchanged(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  const at = inside(head);
  return at === undefined ? undefined : head.toString('latin1').slice(0, at).split('\n').length;
}

/** A text key, or one in binary form (DER), which always begins with a sequence of at least 128 bytes. */
function privateKeyIn(head: Buffer): number | undefined {
  const der = head[0] === 0x30 && ((head[1] ?? 0) & 0x80) !== 0;
  return der ? 0 : indexOf(head, PRIVATE_KEY);
}

function indexOf(head: Buffer, pattern: RegExp): number | undefined {
  return pattern.exec(head.toString('latin1'))?.index;
}

import { entropy } from './generic-rules.ts';
import { EXAMPLE_HOST, REFERENCE, TRIVIAL } from './connection-rules.ts';

const MIN_PASSWORD_LENGTH = 8;
/** A password of this length and this entropy is none of documentation, whatever host it is for. */
const MIN_RANDOM_LENGTH = 12;
const MIN_RANDOM_ENTROPY_BITS = 3;

/** A variable of a shell or a program, of SQL or of a template, or the name of an argument in a help text. */
const VARIABLE =
  /^[:@&?]\w*$|^!|^%?\w+%$|^[A-Z][A-Z_]+$|[<>]|^[\w.]+\[\w*\]$|^[a-z_]\w*(?:\.[a-z_]\w*)+$|^\[.*\]$|^\{.*\}$|\{\w+\}/;
/** What passwords of documentation consist of, written with letters only. */
const DOCUMENTATION_WORDS =
  /my|your|the|super|top|some|very|strong|complex|secure|new|old|root|admin|user|name|database|db|mysql|mariadb|postgres|redis|mongo|elastic|docker|oracle|test|demo|local|dev|pass(?:word|wd|phrase|code)?|pwd|pw|secret|token|key|here|example|sample|placeholder|change|replace|redacted|welcome|hello|world|qwerty|letmein|hunter|foo|bar|baz|abc|xyz|x+|with|and|an?|is|it|me|for|this|to|of/g;
const SPELLINGS: Readonly<Record<string, string>> = {
  '@': 'a',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  $: 's',
};

/** Where a password is used. */
export interface PasswordUse {
  readonly user?: string;
  /** The command or statement, which may name its host. */
  readonly context?: string;
}

/** Whether a text at the place of a password may be a real one, and is neither a reference nor documentation. */
export function isRealPassword(value: string, { user = '', context = '' }: PasswordUse = {}): boolean {
  if (value.length < MIN_PASSWORD_LENGTH || value.toLowerCase() === user.toLowerCase()) return false;
  if ([REFERENCE, TRIVIAL, VARIABLE].some((pattern) => pattern.test(value)) || isDocumentation(value)) return false;
  const isMixed = /[A-Za-z]/.test(value) && /[^A-Za-z_-]/.test(value);
  if (!isMixed && !(/[a-z][A-Z]/.test(value) && value.length >= MIN_RANDOM_LENGTH)) return false;
  return isRandom(value) || !namesExampleHost(context);
}

function isRandom(value: string): boolean {
  return value.length >= MIN_RANDOM_LENGTH && entropy(value) >= MIN_RANDOM_ENTROPY_BITS;
}

/** Whether nothing is left without the words and the digits at the end: `P@ssw0rd123!`, `my-secret-pw`. */
export function isDocumentation(value: string): boolean {
  const letters = value
    .replace(/[\d!.#*?]{1,6}$/, '')
    .toLowerCase()
    .replaceAll(/[@01345$]/g, (character) => SPELLINGS[character] ?? character)
    .replaceAll(/[^a-z\d]/g, ' ');
  return letters.replaceAll(DOCUMENTATION_WORDS, '').trim() === '';
}

function namesExampleHost(context: string): boolean {
  const hosts = context.match(/(?<=:\/\/(?:[^\s/@]{0,100}@)?|@|(?:-h|--host)[ =]?)[\w.-]{1,200}/g) ?? [];
  return hosts.length > 0 && hosts.every((host) => EXAMPLE_HOST.test(host));
}

import type { Finding } from './finding.ts';

/** Words in the names of secrets. */
export const SECRET_WORD = String.raw`(?:passw(?:or)?d|passphrase|secret|token|(?:api|access|private|signing|encryption|account|storage|master|auth|admin|hmac|session)[_-]?key|credentials?)`;
/**
 * Ends with such a name, directly before the value: `dbPassword: `, `["api-key"] = `, `token => `; also inside a quoted
 * text, as in a notebook: `\"token\": \`.
 */
const SECRET_NAME_PREFIX = new RegExp(
  String.raw`${SECRET_WORD}[\w.-]{0,40}\\{0,3}["'\u0060]?\]?[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}\\{0,3}$`,
  'i',
);
/** The name of a file that contains a secret, before its path. */
const FILE_NAME_PREFIX = /(?:file|path|dir|folder)["'`]?\]?[ \t]{0,4}(?:=>|:=|[:=])?[ \t]{0,4}\\{0,3}$/i;
/** Longer prefixes are not examined. */
const MAX_NAME_LENGTH = 100;

/** A quoted text without spaces. */
const QUOTED = /["'`]([^\s"'`]{12,200})(?=["'`])/g;
/** An unquoted value of `NAME=value` and `name: value` at the end of a line or before a comment. */
const SETTING_VALUE = /[:=][ \t]{0,4}([^\s"'`#;,(){}<>[\]]{12,200})(?=[ \t]{0,4}\r?$|[ \t]{1,4}#)/gm;
/** What may precede it in its line. */
const SETTING_NAME = /^[ \t-]{0,16}(?:export )?[\w.-]{1,80}[ \t]{0,4}$/;

/** A private key in text form (RFC 7468, OpenPGP): its header and the start of its content. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?=(?:\\[rn]|\s){1,8}(?:[\w-]{1,40}:[^\n]{0,200}\n\s{0,8}){0,4}[A-Za-z0-9+/=]{40})/g;

/** An AWS key id. secretlint's rule also matches account ids, which are no secrets, and is slow. */
const AWS_KEY_ID = /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/g;

/** Placeholders for secrets. */
const PLACEHOLDER =
  /^[<$%{[*]|\$\{|\{\{|example|placeholder|change[_-]?me|dummy|your[_-]|insert|redacted|xxxx|0000|1234567|abcdefg|process\.env|^(?:https?|file|arn|urn):/i;
/** Public values: hashes of packages and blocks, ids of peers and publishers. */
const PUBLIC_VALUE =
  /^(?:sha(?:1|256|384|512)-|[mMuU]A[VXY][A-Z]|Qm[1-9A-HJ-NP-Za-km-z]{44}$|z(?:6Mk|dj7|b2r)|[xyztuv]pub[1-9A-HJ-NP-Za-km-z]{100}|12D3KooW|did:|ssh-)/;

/** Characters of a token without a name. */
const TOKEN = /^[A-Za-z0-9+/_-]{32,128}={0,2}$/;
/** Shannon entropy in bits per character from which a named text counts as random. */
const MIN_NAMED_ENTROPY_BITS = 3;
/** The same threshold for a token without a name. */
const MIN_UNNAMED_ENTROPY_BITS = 4;
/**
 * Minimum share of neighboring characters of different classes (lower, upper, digit). Random text has 0.62, camel case
 * 0.3.
 */
const MIN_CLASS_CHANGE_RATIO = 0.45;
/** Maximum share of separators. Random base64 has 0.03, words joined by underscores 0.15. */
const MAX_SEPARATOR_RATIO = 0.1;

/** Finds private keys, and texts that look randomly generated, such as passwords and keys of unknown form. */
export function findGenericSecrets(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { 0: header, index } of text.matchAll(PRIVATE_KEY)) {
    findings.push({ start: index, end: index + header.length, rule: 'privatekey', what: 'a private key' });
  }
  for (const { 0: id, index } of text.matchAll(AWS_KEY_ID)) {
    if (PLACEHOLDER.test(id)) continue;
    findings.push({ start: index, end: index + id.length, rule: 'aws', what: 'an Amazon Web Services key' });
  }
  for (const { 1: quoted = '', index } of text.matchAll(QUOTED)) {
    // A quotation mark inside a quoted text is preceded by backslashes.
    const value = quoted.replace(/\\{1,3}$/, '');
    const start = index + 1;
    const place = { start, end: start + value.length };
    if (isNamedSecret(value) && isNamed(text, index)) findings.push({ ...place, ...NAMED_RULE });
    else if (isRandomToken(value, text, index)) findings.push({ ...place, ...RANDOM_RULE });
  }
  for (const { 0: whole, 1: value = '', index } of text.matchAll(SETTING_VALUE)) {
    if (!isNamedSecret(value)) continue;
    const line = text.slice(text.lastIndexOf('\n', index) + 1, index);
    if (!SETTING_NAME.test(line) || !isNamed(`${line.trimEnd()}=`, Infinity)) continue;
    const start = index + whole.indexOf(value);
    findings.push({ start, end: start + value.length, ...NAMED_RULE });
  }
  return findings;
}

export const NAMED_RULE = { rule: 'random-named', what: 'a password or key' };
const RANDOM_RULE = { rule: 'random', what: 'a random key or token' };

/** Whether the text before this offset ends with a secret's name. */
function isNamed(text: string, end: number): boolean {
  const before = text.slice(Math.max(0, Math.min(end, text.length) - MAX_NAME_LENGTH), end);
  return SECRET_NAME_PREFIX.test(before) && !namesFile(before);
}

/** Whether a name is of a file with a secret, as in `PASSWORD_FILE=`. */
export function namesFile(before: string): boolean {
  return FILE_NAME_PREFIX.test(before);
}

/** The name of a hash or of a public key before a value. */
const HASH_NAME =
  /(?:sha-?\d{1,3}|hash|digest|checksum|integrity|thumbprint|fingerprint|etag|nonce|cid|parse|signature|public[_-]?key|pub[_-]?key|verif\w{0,10}[_-]?key)[\w-]{0,20}["'`]?\]?[ \t]{0,4}(?:=>|:=|[:=(])[ \t]{0,4}$/i;

/** Public parameters of a JSON Web Key (RFC 7517), and what identifies it. */
const KEY_PARAMETER = /(?:^|[{,\s/])["']?(?:x|y|n|kid|x5t|x5t#S256)["']?[ \t]{0,4}:[ \t]{0,4}$/;

function isHash(text: string, end: number): boolean {
  const before = text.slice(Math.max(0, end - MAX_NAME_LENGTH), end);
  return HASH_NAME.test(before) || KEY_PARAMETER.test(before);
}

/** Minimum share of printable characters in what a base64 text encodes, from which it is no key. */
const MIN_PRINTABLE_RATIO = 0.85;

/** Whether a token is base64 of a text, such as a URL. */
function isEncodedText(token: string): boolean {
  const bytes = Buffer.from(token, 'base64');
  const printable = bytes.filter((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d).length;
  return printable >= MIN_PRINTABLE_RATIO * bytes.length;
}

/** A key of a message or of settings, and a package with its version: words with a few digits. */
const WORDS = /^[a-z][a-z-]*\d{0,2}(?:[./:][a-z][a-z-]*\d{0,2}){2,}$|^@?[\w./-]+@\d+\.\d+/i;

export function isNamedSecret(value: string): boolean {
  if (PLACEHOLDER.test(value) || PUBLIC_VALUE.test(value) || WORDS.test(value)) return false;
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= MIN_NAMED_ENTROPY_BITS;
}

function isRandomToken(value: string, text: string, start: number): boolean {
  if (!TOKEN.test(value) || isHash(text, start) || PLACEHOLDER.test(value) || PUBLIC_VALUE.test(value)) return false;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value);
  return mixed && looksMixed(value) && entropy(value) >= MIN_UNNAMED_ENTROPY_BITS && !isEncodedText(value);
}

/** Shannon entropy in bits per character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Whether lower case, upper case and digits alternate as in random text, and not as in words. */
function looksMixed(text: string): boolean {
  const classes = Array.from(text, characterClass).filter((one) => one !== 'separator');
  if (classes.length < text.length * (1 - MAX_SEPARATOR_RATIO)) return false;
  const classChanges = classes.filter((one, at) => at > 0 && one !== classes[at - 1]).length;
  return classChanges / (classes.length - 1) >= MIN_CLASS_CHANGE_RATIO;
}

function characterClass(character: string): 'lower' | 'upper' | 'digit' | 'separator' {
  if (character >= 'a' && character <= 'z') return 'lower';
  if (character >= 'A' && character <= 'Z') return 'upper';
  return character >= '0' && character <= '9' ? 'digit' : 'separator';
}

import type { Finding } from './finding.ts';
import { NAMED_RULE, SECRET_WORD, isNamedSecret, namesFile } from './generic-rules.ts';

/** A secret's name with the rest of its identifier, up to the value: `=` or a space. */
const NAMED_VALUE = new RegExp(
  String.raw`${SECRET_WORD}[\w.-]{0,40}([= ])["']?([^\s"'\u0060#;,(){}<>[\]\\&]{12,200})(?=[\s"'\u0060\\&]|$)`,
  'gi',
);
/** What may precede such a name before an `=`: the start of a word, on a command line or in a URL. */
const BEFORE_EQUALS = /(?:^|[\s"'`?&]|--?)[\w.-]{0,60}$/;
/** What precedes such a name before a space: a command-line option, or a command that sets a variable. */
const BEFORE_SPACE = /(?:(?:^|\s)--?|(?:^|\n)[ \t]{0,16}(?:ENV|ARG|setx)[ \t]{1,4})[\w-]{0,60}$/i;
const MAX_PREFIX_LENGTH = 100;
/** A property access, which is code and no password. */
const PROPERTY = /^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$/i;

/** HTTP authorization header (RFC 6750, RFC 7617). */
const AUTHORIZATION =
  /(?:\bbearer|authorization["'`]?[ \t]?[:=][ \t]?["'`]?(?:basic|token))[ \t]([\w.~+/-]{20,2000}={0,2})/gi;
/** Content of an XML element with a secret's name. */
const XML_ELEMENT = new RegExp(String.raw`<[\w:.-]{0,40}${SECRET_WORD}[\w.-]{0,40}>([^\s<>&]{12,200})</`, 'gi');
/** A JSON Web Token (RFC 7519) with its signature, except the example token of jwt.io. */
const JWT = /(?<![\w-])eyJ[\w-]{8,2000}\.eyJ[\w-]{8,2000}\.(?!SflKxwRJSMeKKF2QT4)[\w-]{20,800}/g;
/** Start of a PEM text (RFC 7468) in base64, as Kubernetes files contain keys. */
const BASE64_PEM = /LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,100}/g;
/** Login in Docker's configuration files. */
const DOCKER_AUTH = /"auth"[ \t]{0,4}:[ \t]{0,4}"([A-Za-z0-9+/]{12,400}={0,2})"/g;

/** Finds secrets embedded in another syntax: a command line, a URL, a header, XML, base64. */
export function findEmbeddedSecrets(text: string): Finding[] {
  return [
    ...findNamedValues(text),
    ...matchValues(text, AUTHORIZATION, isNamedSecret).map((location) => ({
      ...location,
      rule: 'authorization',
      what: 'a service token',
    })),
    ...matchValues(text, XML_ELEMENT, isNamedSecret).map((location) => ({ ...location, ...NAMED_RULE })),
    ...matchValues(text, JWT, () => true).map((location) => ({
      ...location,
      rule: 'jwt',
      what: 'a signed token (JWT)',
    })),
    ...matchValues(text, BASE64_PEM, isPrivateKey).map((location) => ({
      ...location,
      rule: 'privatekey',
      what: 'a private key',
    })),
    ...matchValues(text, DOCKER_AUTH, isLogin).map((location) => ({
      ...location,
      rule: 'docker',
      what: 'a Docker registry password',
    })),
  ];
}

function findNamedValues(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { 0: whole, 1: separator, 2: value = '', index } of text.matchAll(NAMED_VALUE)) {
    if (!isNamedSecret(value) || PROPERTY.test(value) || namesFile(whole.slice(0, -value.length))) continue;
    const before = text.slice(Math.max(0, index - MAX_PREFIX_LENGTH), index);
    if (!(separator === '=' ? BEFORE_EQUALS : BEFORE_SPACE).test(before)) continue;
    const end = index + whole.length;
    findings.push({ start: end - value.length, end, ...NAMED_RULE });
  }
  return findings;
}

/** Matches of a pattern's first group, or of the whole pattern, that pass the check of the value. */
function matchValues(
  text: string,
  pattern: RegExp,
  check: (value: string) => boolean,
): Pick<Finding, 'start' | 'end'>[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: whole, 1: value = whole, index }) => {
    const start = index + whole.lastIndexOf(value);
    return check(value) ? [{ start, end: start + value.length }] : [];
  });
}

function isPrivateKey(base64: string): boolean {
  return decodeBase64(base64).includes('PRIVATE KEY');
}

function isLogin(base64: string): boolean {
  return /^[\x21-\x7e]+:[\x21-\x7e]+$/.test(decodeBase64(base64));
}

function decodeBase64(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

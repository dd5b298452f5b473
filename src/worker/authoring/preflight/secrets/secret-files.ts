import { posix } from 'node:path';

/** Stand for a file of settings without being one. */
const TEMPLATE_FILE =
  /^(?:\.env\.(?:.*\.)?(?:example|sample|template|dist|defaults?|schema)|(?:.*[._-])?(?:example|sample|template|dist|defaults?|schema)\.env)$/i;

/** A line of .npmrc with a secret of its own; `${NPM_TOKEN}` only says where to find it. */
const NPM_SECRET = /^[^#;\n]*(?:_authToken|_auth|_password)\s*=\s*(?!\s*"?\$\{)\S/im;
/** A line that sets a variable to something written there; `.envrc` may only load tools. */
const EXPORTED_VARIABLE = /^[ \t]*export[ \t]+\w+=(?!["']?[$"'\s])/m;
/** Keys in text form (RFC 7468), `ENCRYPTED` ones too. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;

export interface SecretFileRule {
  readonly name: RegExp;
  /** What it is, in words for the user. */
  readonly what: string;
  /** Tells a secret from a harmless file of that name by the file's first bytes; absent: the name is enough. */
  readonly findSecret?: (head: Buffer) => number | undefined;
}

const RULES: readonly SecretFileRule[] = [
  { name: /^(?:\.env(?:\..+)?|.+\.env)$/i, what: 'a settings file that usually contains passwords' },
  {
    name: /^\.envrc$/i,
    what: 'a settings file that usually contains passwords',
    findSecret: (head) => indexOf(head, EXPORTED_VARIABLE),
  },
  { name: /^id_(?:rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk)$/i, what: 'a private SSH key' },
  { name: /\.(?:p12|pfx|jks|keystore|kdbx|ppk)$/i, what: 'a private key store' },
  {
    name: /^(?:\.netrc|_netrc|\.git-credentials|\.pypirc|\.pgpass|\.htpasswd|\.dockercfg|\.vault-token)$/i,
    what: 'a file with passwords or tokens',
  },
  {
    name: /^(?:credentials|credentials\.(?:json|toml)|service[_-]account.*\.json|.*\.tfstate)$/i,
    what: 'a credentials file',
  },
  { name: /\.(?:pem|key)$/i, what: 'a private key', findSecret: privateKeyIn },
  { name: /^\.npmrc$/i, what: 'an npm token', findSecret: (head) => indexOf(head, NPM_SECRET) },
];

/** The rule for files of this name that nobody means to publish. */
export function secretFileRule(path: string): SecretFileRule | undefined {
  const name = posix.basename(path);
  return TEMPLATE_FILE.test(name) ? undefined : RULES.find((rule) => rule.name.test(name));
}

/** Line, from 1, that makes a file with these first bytes a secret; undefined when it is none. */
export function secretLine(rule: SecretFileRule, head: Buffer): number | undefined {
  if (rule.findSecret === undefined) return 1;
  const at = rule.findSecret(head);
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

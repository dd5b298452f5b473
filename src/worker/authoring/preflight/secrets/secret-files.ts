import { posix } from 'node:path';

/** Templates of settings files, which contain no real secrets. */
const TEMPLATE_FILE =
  /^(?:\.env\.(?:.*\.)?(?:example|sample|template|dist|defaults?|schema)|(?:.*[._-])?(?:example|sample|template|dist|defaults?|schema)\.env)$/i;

/** A secret in .npmrc; `${NPM_TOKEN}` only refers to one. */
const NPM_SECRET = /^[^#;\n]*(?:_authToken|_auth|_password)\s*=\s*(?!\s*"?\$\{)\S/im;
/** A line that sets a variable to a literal; other `.envrc` files only load tools. */
const EXPORTED_VARIABLE = /^[ \t]*export[ \t]+\w+=(?!["']?[$"'\s])/m;
/** An entry of a netrc file; a file called `netrc` may be something else. */
const NETRC_ENTRY = /^[ \t]*(?:machine[ \t]+\S+|default)\s[\s\S]{0,300}?\bpassword[ \t]+\S/m;
/** A password in an option file of MySQL. */
const MYSQL_PASSWORD = /^[ \t]*password[ \t]*=[ \t]*[^\s$<]/m;
/** A private key in text form (RFC 7468), encrypted or not. */
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/;

export interface SecretFileRule {
  readonly name: RegExp;
  /** Description for messages. */
  readonly what: string;
  /**
   * Distinguishes a secret from a harmless file of that name by its first bytes; absent when the name is sufficient.
   */
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
    name: /^(?:\.netrc|_netrc|\.git-credentials|\.pypirc|\.pgpass|pgpass\.conf|\.htpasswd|\.mylogin\.cnf|\.passwd-s3fs|\.smbcredentials|\.dockercfg|\.vault-token)$/i,
    what: 'a file with passwords or tokens',
  },
  { name: /^netrc$/i, what: 'a file with passwords', findSecret: (head) => indexOf(head, NETRC_ENTRY) },
  { name: /^\.my\.cnf$/i, what: 'a file with passwords', findSecret: (head) => indexOf(head, MYSQL_PASSWORD) },
  {
    name: /^(?:credentials|credentials\.(?:json|toml)|service[_-]account.*\.json|.*\.tfstate)$/i,
    what: 'a credentials file',
  },
  { name: /\.(?:pem|key)$/i, what: 'a private key', findSecret: privateKeyIn },
  { name: /^\.npmrc$/i, what: 'an npm token', findSecret: (head) => indexOf(head, NPM_SECRET) },
];

/** Returns the rule for files of this name, which are rarely published on purpose. */
export function secretFileRule(path: string): SecretFileRule | undefined {
  const name = posix.basename(path);
  return TEMPLATE_FILE.test(name) ? undefined : RULES.find((rule) => rule.name.test(name));
}

/** Returns the 1-based line that makes a file with these first bytes a secret; undefined when it is none. */
export function secretLine(rule: SecretFileRule, head: Buffer): number | undefined {
  if (rule.findSecret === undefined) return 1;
  const at = rule.findSecret(head);
  return at === undefined ? undefined : head.toString('latin1').slice(0, at).split('\n').length;
}

/** Finds a key in text form, or in DER, which starts with a sequence of at least 128 bytes. */
function privateKeyIn(head: Buffer): number | undefined {
  const der = head[0] === 0x30 && ((head[1] ?? 0) & 0x80) !== 0;
  return der ? 0 : indexOf(head, PRIVATE_KEY);
}

function indexOf(head: Buffer, pattern: RegExp): number | undefined {
  return pattern.exec(head.toString('latin1'))?.index;
}

import { posix } from 'node:path';
import { isExampleConnection } from './connection-rules.ts';
import type { Finding, Harmless } from './finding.ts';
import { isDocumentation } from './password-strength.ts';
import { around } from './service-rules.ts';

/** Folders of tests and examples. */
const FIXTURE_FOLDER =
  /^(?:tests?|__tests?__|specs?|__specs?__|fixtures?|__fixtures?__|testdata|test[-_](?:data|fixtures?|files|resources|assets|utils|helpers|support)|mocks?|__mocks?__|snapshots?|__snapshots?__|examples?|samples?|demos?|e2e|cypress|playwright)$/i;
/** Files of tests and examples. */
const FIXTURE_FILE =
  /\.(?:test|tests|spec|specs|e2e|fixtures?|mock|mocks|stories|snap|example|sample|template|dist)(?:\.\w+)?$|[-_](?:test|tests|spec|fixture|mock|example|sample)\.\w+$|^test[-_].*\.\w+$|^conftest\.py$|(?:Test|Tests|Spec|IT)\.(?:java|kt|cs|swift|php|scala|groovy)$/;

/** Keys that services make for publishing, by their own form. */
const PUBLIC_KEY = /^(?:phc_[A-Za-z0-9]{20,}|pk_(?:live|test)_\w+|pk\.eyJ[\w.-]+|rzp_(?:live|test)_\w+)$/;
/** Names of variables whose values frameworks put into web pages, and of keys that are public. */
const PUBLIC_NAME =
  /(?:NEXT_PUBLIC_|VITE_|REACT_APP_|NUXT_PUBLIC_|GATSBY_|EXPO_PUBLIC_|PUBLIC_|public[-_]?key|publishable[-_]?key|site[-_]?key|search[-_]?(?:only[-_]?)?(?:api[-_]?)?key|client[-_]?side[-_]?id|anon[-_]?key)[\w-]{0,40}["'`\]]{0,2}\s{0,4}(?:=>|:=|[:=])\s{0,4}["'`]?$/i;
const ALGOLIA_KEY = /^[0-9a-f]{32}$/;
const ALGOLIA_CONTEXT = /algolia|docsearch|appId|indexName/i;
/** The configuration of a Firebase web app names its other public values beside the key. */
const FIREBASE_CONTEXT = /firebase|authDomain|messagingSenderId|storageBucket/i;
/** The name of a Google key in the configuration of a web app. */
const WEB_KEY_NAME = /\bapiKey["']?\s{0,4}[:=]\s{0,4}["'`]?$/;

/** What stands for a token in documentation: words, sequences, one character again and again, and Azurite's key. */
const PLACEHOLDER_TOKEN =
  /example|placeholder|your[-_]|xxxx|(.)\1{7}|0123456|1234567|abcdefg|abcd1234|deadbeef|dummy|sample|redacted|notreal|Eby8vdM02xNOcq|not-?a-?real|fake|changeme|<|\$\{|\.\.\./i;

/** Why a finding is probably no secret; undefined when it may be one. */
export function harmlessReason(path: string, text: string, finding: Finding): Harmless | undefined {
  const value = text.slice(finding.start, finding.end);
  if (finding.harmless !== undefined) return finding.harmless;
  if (isPublicByDesign(text, finding, value)) return 'public';
  if (finding.rule !== 'privatekey' && isPlaceholder(finding.rule, value)) return 'placeholder';
  return isFixture(path) ? 'fixture' : undefined;
}

/** Whether a path is one of a test or an example. */
export function isFixture(path: string): boolean {
  const folders = posix.dirname(path).split('/');
  return folders.some((name) => FIXTURE_FOLDER.test(name)) || FIXTURE_FILE.test(posix.basename(path));
}

function isPublicByDesign(text: string, { start }: Finding, value: string): boolean {
  if (PUBLIC_KEY.test(value)) return true;
  const context = around(text, start);
  if (value.startsWith('AIza'))
    return FIREBASE_CONTEXT.test(context) || WEB_KEY_NAME.test(text.slice(Math.max(0, start - 40), start));
  if (ALGOLIA_KEY.test(value) && ALGOLIA_CONTEXT.test(context) && !/admin/i.test(context)) return true;
  if (value.startsWith('eyJ') && isAnonymousToken(value)) return true;
  return !isPrivilegedForm(value) && PUBLIC_NAME.test(text.slice(Math.max(0, start - 100), start));
}

/** Keys that are secret whatever the variable is called. */
function isPrivilegedForm(value: string): boolean {
  return /^(?:sk_|rk_|sk-|gh[a-z]_|AKIA|xox|-----BEGIN)/.test(value) || value.includes('://');
}

/** A signed token for everyone, as Supabase issues it for web pages. */
function isAnonymousToken(token: string): boolean {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('latin1');
  return /"role"\s*:\s*"anon"/.test(payload);
}

function isPlaceholder(rule: string, value: string): boolean {
  if (rule === 'basicauth' || rule === 'database-connection-string' || value.includes('://'))
    return isExampleConnection(value);
  return PLACEHOLDER_TOKEN.test(value) || (rule === 'random-named' && isDocumentation(value));
}

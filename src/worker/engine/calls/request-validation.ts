import type { CallName, Calls } from '../../../shared/api/index.ts';
import { GgenError } from '../../../shared/errors.ts';
import { nodeSettingsForm } from '../../../shared/settings/node-settings.ts';

type FieldKind =
  'text' | 'text?' | 'number' | 'number?' | 'flag' | 'flag?' | 'bytes' | 'texts' | 'texts?' | 'map?' | 'section';

const FIELD_CHECKS: Record<FieldKind, { readonly test: (value: unknown) => boolean; readonly expected: string }> = {
  text: { test: isText, expected: 'a string' },
  'text?': { test: (value) => value === undefined || isText(value), expected: 'a string' },
  number: { test: isNumber, expected: 'a number' },
  'number?': { test: (value) => value === undefined || isNumber(value), expected: 'a number' },
  flag: { test: (value) => typeof value === 'boolean', expected: 'true or false' },
  'flag?': { test: (value) => value === undefined || typeof value === 'boolean', expected: 'true or false' },
  bytes: { test: (value) => value instanceof Uint8Array, expected: 'bytes' },
  texts: { test: isTexts, expected: 'a list of strings' },
  'texts?': { test: (value) => value === undefined || isTexts(value), expected: 'a list of strings' },
  'map?': {
    test: (value) => value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value)),
    expected: 'an object',
  },
  section: {
    test: (value) => value === 'published' || value === 'installed' || value === 'network',
    expected: "'published', 'installed', or 'network'",
  },
};

/** Form of every request. What its values mean is for the call itself to check. */
const REQUEST_SCHEMAS: {
  readonly [Name in CallName]: Readonly<Record<keyof Calls[Name]['request'] & string, FieldKind>>;
} = {
  startNode: nodeSettingsForm(),
  stopNode: {},
  status: {},
  metrics: {},
  peers: { connectedOnly: 'flag?' },
  peer: { id: 'text' },
  bootstrap: { address: 'text' },
  banPeer: { id: 'text', reason: 'text?', until: 'number?' },
  unbanPeer: { id: 'text' },
  pauseSeeding: { paused: 'flag' },
  trustPeer: { id: 'text', trusted: 'flag' },
  search: {
    text: 'text',
    categories: 'texts?',
    tags: 'texts?',
    publishers: 'texts?',
    licenses: 'texts?',
    version: 'text?',
    minReputation: 'number?',
    includeYanked: 'flag?',
    sort: 'text?',
    limit: 'number?',
    offset: 'number?',
    scope: 'text?',
  },
  getPackage: { id: 'text' },
  getPackageVersion: { id: 'text', version: 'text' },
  providers: { id: 'text', version: 'text?' },
  listVersions: { id: 'text' },
  publish: { draft: 'text', signature: 'bytes', accepted: 'texts?' },
  delete: { draft: 'text', signature: 'bytes', accepted: 'texts?' },
  exists: { id: 'text', version: 'text?' },
  metadata: {},
  draftRelease: { root: 'text', manifest: 'text?', publisher: 'text', limits: 'map?' },
  draftMerge: { id: 'text', publisher: 'text' },
  draftYank: { id: 'text', version: 'text', yanked: 'flag', publisher: 'text' },
  discardDraft: { draft: 'text' },
  readFolder: { release: 'text', path: 'text' },
  statFile: { release: 'text', path: 'text' },
  readFile: { release: 'text', path: 'text', offset: 'number?', length: 'number?' },
  listFiles: { release: 'text' },
  compareReleases: { from: 'text', to: 'text' },
  listPackages: { section: 'section', offset: 'number?', limit: 'number?' },
  install: { id: 'text', version: 'text?', to: 'text', replace: 'flag?', overwrite: 'texts?' },
  planInstall: { project: 'text', mode: 'text', packages: 'texts?', folder: 'text?' },
  applyPlan: { plan: 'text', overwrite: 'texts?' },
  uninstall: { path: 'text', overwrite: 'texts?' },
  verifyInstalled: { path: 'text' },
  exportPackage: { id: 'text', version: 'text?', to: 'text' },
  importPackage: { from: 'text' },
  installed: {},
  stopSeeding: { id: 'text' },
  keep: { id: 'text', version: 'text?' },
  unkeep: { id: 'text', version: 'text?' },
  kept: {},
  cleanUpStorage: {},
  verifyStorage: {},
};

/**
 * Check that a request has its form. The compiler does so for callers in TypeScript; one that speaks over the socket may be
 * another program, or another version of this one.
 *
 * @throws GgenError InvalidRequest, naming the call, the field and what belongs there
 */
export function validateRequest(name: CallName, request: Readonly<Record<string, unknown>>): void {
  for (const [field, kind] of Object.entries<FieldKind>(REQUEST_SCHEMAS[name])) {
    const { test, expected } = FIELD_CHECKS[kind];
    if (test(request[field])) continue;
    throw new GgenError('InvalidRequest', `The call ${name} requires ${expected} as '${field}'.`, {
      details: { call: name, field },
    });
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

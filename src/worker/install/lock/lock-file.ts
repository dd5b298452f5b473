import { parse, TomlError } from 'smol-toml';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { isPackageName, isPublisherId } from '../../../identity/publisher-id.ts';
import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import { DAG_PB } from '../../dag/codecs.ts';
import { isVersion, isVersionRange } from '../../records/versions.ts';

/** Name of the lock file in the project's folder. */
export const LOCK_FILE = 'ggen.lock';
/** Larger files are refused, and so are files with more packages than `MAX_LOCKED_PACKAGES`. */
export const MAX_LOCK_BYTES = 4 * 1024 * 1024;
const MAX_LOCKED_PACKAGES = 2_000;
const FORMAT_VERSION = 1;

/** One package of a lock file. */
export interface LockedPackage {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  /** CID of the content root. */
  readonly root: string;
  /** Total size of the files, in bytes. */
  readonly size: number;
  readonly files: number;
  /** Version range that the user asked for; absent when only other packages require this one. */
  readonly requirement?: string;
  /** Name of the package's folder when it differs from the package name. */
  readonly folder?: string;
  /** Ids of the required packages; the lock file lists each of them. */
  readonly dependencies: readonly string[];
}

export function lockedId({ publisher, name }: Pick<LockedPackage, 'publisher' | 'name'>): string {
  return `${publisher}/${name}`;
}

const HEADER = `# Which releases this project uses, and the identifier of their content. Written by Ggen; keep it under version control.
version = ${FORMAT_VERSION}
`;

/**
 * Serializes a lock file. Packages are sorted by name and each field has a line, so that a diff shows what changed.
 *
 * @param before the current text; its line ends are kept, because git may have converted them on Windows
 */
export function serializeLock(packages: readonly LockedPackage[], before = ''): string {
  const sorted = packages.toSorted((a, b) => compareTexts(a.name, b.name) || compareTexts(a.publisher, b.publisher));
  const text = [HEADER, ...sorted.map(serializePackage)].join('\n');
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

function serializePackage(entry: LockedPackage): string {
  // A JSON string of these fields' alphabets is also a TOML string.
  const lines = [
    '[[package]]',
    `name = ${JSON.stringify(entry.name)}`,
    `publisher = ${JSON.stringify(entry.publisher)}`,
    `version = ${JSON.stringify(entry.version)}`,
    `root = ${JSON.stringify(entry.root)}`,
    `size = ${entry.size}`,
    `files = ${entry.files}`,
    ...(entry.requirement === undefined ? [] : [`requirement = ${JSON.stringify(entry.requirement)}`]),
    ...(entry.folder === undefined ? [] : [`folder = ${JSON.stringify(entry.folder)}`]),
    ...(entry.dependencies.length === 0
      ? []
      : [
          'dependencies = [',
          ...entry.dependencies.toSorted(compareTexts).map((id) => `  ${JSON.stringify(id)},`),
          ']',
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Parses a lock file. The text is untrusted: all fields are checked before any is used.
 *
 * @throws GgenError LockInvalid, naming the line or the package
 */
export function parseLock(text: string): LockedPackage[] {
  if (Buffer.byteLength(text) > MAX_LOCK_BYTES) throw lockInvalid(`it is larger than ${MAX_LOCK_BYTES} bytes`);
  const root = parseToml(text);
  if (root['version'] !== FORMAT_VERSION) {
    throw lockInvalid(
      `its version is ${String(root['version']).slice(0, 20)}, and this version of Ggen reads version ${FORMAT_VERSION}`,
    );
  }
  const list = root['package'] ?? [];
  if (!Array.isArray(list) || list.length > MAX_LOCKED_PACKAGES) {
    throw lockInvalid(`'package' is not a list of at most ${MAX_LOCKED_PACKAGES} packages`);
  }
  const packages = list.map(parsePackage);
  checkReferences(packages);
  return packages;
}

/** Git starts each side of a merge conflict with such a line. */
const MERGE_CONFLICT_MARKER = /^(?:<{7}|>{7}) /m;

function parseToml(text: string): Record<string, unknown> {
  const merge = text.search(MERGE_CONFLICT_MARKER);
  if (merge >= 0) {
    const line = text.slice(0, merge).split('\n').length;
    throw lockInvalid(`line ${line} starts an unresolved merge conflict`);
  }
  try {
    return parse(text, { maxDepth: 8, integersAsBigInt: false });
  } catch (cause) {
    const line = cause instanceof TomlError ? ` in line ${cause.line}` : '';
    const [what = ''] = errorMessage(cause).split('\n', 1);
    throw lockInvalid(`it is not valid TOML${line} (${what})`, cause);
  }
}

function parsePackage(value: unknown, index: number): LockedPackage {
  const where = `package ${index + 1}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw lockInvalid(`${where} is not a table`);
  const fields = value as Record<string, unknown>;
  const textField = (field: string, check: (textField: string) => boolean): string => {
    const found = fields[field];
    if (typeof found === 'string' && found.length <= LIMITS.textLength && check(found)) return found;
    throw lockInvalid(`${where} has no valid '${field}'`);
  };
  const countField = (field: string, max: number): number => {
    const found = fields[field];
    if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 && found <= max) return found;
    throw lockInvalid(`${where} has no valid '${field}'`);
  };
  const publisher = textField('publisher', isPublisherId);
  const name = textField('name', isPackageName);
  return {
    publisher,
    name,
    version: textField('version', isVersion),
    root: textField('root', isContentRoot),
    size: countField('size', LIMITS.bytesPerRelease),
    files: countField('files', LIMITS.filesPerRelease),
    ...(fields['requirement'] === undefined ? {} : { requirement: textField('requirement', isVersionRange) }),
    ...(fields['folder'] === undefined
      ? {}
      : { folder: textField('folder', (folder) => folder === qualifiedFolder({ publisher, name })) }),
    dependencies: parseDependencies(fields['dependencies'] ?? [], where),
  };
}

function parseDependencies(value: unknown, where: string): string[] {
  if (Array.isArray(value) && value.length <= LIMITS.dependencies && value.every(isPackageId)) return value;
  throw lockInvalid(`${where} has no valid 'dependencies'`);
}

function isPackageId(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const slash = value.indexOf('/');
  return isPublisherId(value.slice(0, Math.max(slash, 0))) && isPackageName(value.slice(slash + 1));
}

function checkReferences(packages: readonly LockedPackage[]): void {
  const ids = new Set(packages.map(lockedId));
  if (ids.size !== packages.length) throw lockInvalid('it names a package twice');
  const unknown = packages.flatMap(({ dependencies }) => dependencies).find((id) => !ids.has(id));
  if (unknown !== undefined) throw lockInvalid(`a package requires ${unknown}, which is not listed`);
}

/** Content roots are UnixFS directories: CIDv1, dag-pb, sha2-256. */
function isContentRoot(text: string): boolean {
  try {
    const cid = CID.parse(text);
    return cid.version === 1 && cid.code === DAG_PB && cid.multihash.code === sha256.code && cid.toString() === text;
  } catch {
    return false;
  }
}

/** Folder name for a package whose plain name is taken by another package or is a device name on Windows. */
export function qualifiedFolder({ publisher, name }: { readonly publisher: string; readonly name: string }): string {
  return `~${publisher.slice(-8)}-${name}`;
}

function lockInvalid(why: string, cause?: unknown): GgenError {
  return new GgenError(
    'LockInvalid',
    `${LOCK_FILE} cannot be used: ${why}. Restore its last committed version, or delete it and install again.`,
    { cause },
  );
}

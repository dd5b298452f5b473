import * as vscode from 'vscode';
import { isAlwaysExcluded } from '../../../ignore/always-excluded.ts';
import { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { GgenError } from '../../../shared/errors.ts';
import type { ExcludedEntry, PackRule, ProjectLimits } from '../../../shared/model.ts';
import { formatBytes } from '../../ui/format.ts';

const { t } = vscode.l10n;

/** Maximum size of an ignore file. */
const MAX_IGNORE_FILE_BYTES = 1024 * 1024;
/** Further excluded entries are counted. */
const MAX_LISTED_EXCLUSIONS = 1_000;

interface Folder {
  readonly uri: vscode.Uri;
  /** Path relative to the project; empty for the project folder. */
  readonly path: string;
  readonly depth: number;
  readonly rules: IgnoreRules;
}

/** Walks a project through VS Code's file systems and applies its ignore files and the limits. */
export class StagingWalk {
  /** What is not copied. */
  readonly excluded: ExcludedEntry[] = [];
  moreExcluded = 0;
  count = 0;
  bytes = 0;
  readonly #folder: vscode.Uri;
  readonly #limits: ProjectLimits;
  readonly #signal: AbortSignal;
  readonly #sizes = new Map<string, number>();

  constructor(folder: vscode.Uri, limits: ProjectLimits, signal: AbortSignal) {
    this.#folder = folder;
    this.#limits = limits;
    this.#signal = signal;
  }

  /** @throws GgenError ProjectTooLarge, InvalidRequest */
  async *files(): AsyncGenerator<{ readonly uri: vscode.Uri; readonly path: string }, void, undefined> {
    const none = new IgnoreRules({ git: [], manifest: [], ggen: [] }, '');
    let withGitignore = true;
    const folders: Folder[] = [{ uri: this.#folder, path: '', depth: 1, rules: none }];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      this.#signal.throwIfAborted();
      const entries = await vscode.workspace.fs.readDirectory(folder.uri);
      if (folder.path === '') withGitignore = !(await hasOwnList(folder.uri, entries));
      const rules = await rulesInside(folder, entries, withGitignore);
      for (const [name, type] of entries) {
        const path = folder.path === '' ? name : `${folder.path}/${name}`;
        if (!isName(name)) {
          this.#exclude({ path, rule: { text: t('not a valid file name') }, unsupported: true });
          continue;
        }
        const uri = vscode.Uri.joinPath(folder.uri, name);
        const isFolder = type === vscode.FileType.Directory;
        const rule = excludingRule(rules, name, path, isFolder);
        const why = skipReason(type, folder.depth);
        if (rule !== undefined) this.#exclude({ path: isFolder ? `${path}/` : path, rule });
        else if (why !== undefined) this.#exclude({ path, rule: { text: why }, unsupported: true });
        else if (isFolder) folders.push({ uri, path, depth: folder.depth + 1, rules });
        else {
          await this.#add(uri);
          yield { uri, path };
        }
      }
    }
  }

  /** Correct the size of a file whose content differs from its stat. @throws GgenError ProjectTooLarge */
  updateSize(uri: vscode.Uri, size: number): void {
    this.bytes += size - (this.#sizes.get(uri.path) ?? 0);
    this.#refuseTooLarge();
  }

  #exclude(entry: ExcludedEntry): void {
    if (this.excluded.length < MAX_LISTED_EXCLUSIONS) this.excluded.push(entry);
    else this.moreExcluded++;
  }

  async #add(uri: vscode.Uri): Promise<void> {
    const { size } = await vscode.workspace.fs.stat(uri);
    this.#sizes.set(uri.path, size);
    this.count++;
    this.bytes += size;
    this.#refuseTooLarge();
  }

  #refuseTooLarge(): void {
    const { files, bytes } = this.#limits;
    if (this.count <= files && this.bytes <= bytes) return;
    const limit = this.count > files ? t('{0} files', files) : formatBytes(bytes);
    throw new GgenError(
      'ProjectTooLarge',
      t(
        'The project exceeds {0}. Add a .ggenignore file to the project folder to exclude files from publishing.',
        limit,
      ),
    );
  }
}

/** A file system provider is not trusted: a name must not lead out of the folder. */
function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);
}

/** The rule that excludes an entry; undefined when none does. */
function excludingRule(rules: IgnoreRules, name: string, path: string, isFolder: boolean): PackRule | undefined {
  if (isAlwaysExcluded(name)) return { text: t('never published') };
  const pattern = rules.ignoring(path.normalize('NFC'), isFolder);
  if (pattern === undefined) return undefined;
  const { written, file, line } = pattern;
  return {
    text: t('excluded by the pattern'),
    pattern: written.trim(),
    ...(file === undefined ? {} : { path: file }),
    ...(line === undefined ? {} : { line }),
  };
}

/** Why an entry is skipped; undefined when it is not. */
function skipReason(type: vscode.FileType, depth: number): string | undefined {
  if ((type & vscode.FileType.SymbolicLink) !== 0) return t('symbolic link');
  if (depth > LIMITS.pathDepth) return t('nested too deeply');
  return type === vscode.FileType.Unknown ? t('not a file or folder') : undefined;
}

/**
 * Whether npm or Cargo takes the files of a project from a list of its own, which can contain what .gitignore names: the
 * engine chooses among the copied files.
 */
async function hasOwnList(
  folder: vscode.Uri,
  entries: readonly (readonly [string, vscode.FileType])[],
): Promise<boolean> {
  const names = entries.map(([name]) => name);
  const name = MANIFEST_FILES.find((one) => names.includes(one));
  if (name !== 'package.json' && name !== 'Cargo.toml') return false;
  if (name === 'package.json' && names.includes('.npmignore')) return true;
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name)));
    if (name === 'Cargo.toml') return /^\s*include\s*=/m.test(text);
    const manifest: unknown = JSON.parse(text);
    return typeof manifest === 'object' && manifest !== null && 'files' in manifest;
  } catch {
    return false;
  }
}

async function rulesInside(
  { uri, path, rules }: Folder,
  entries: readonly (readonly [string, vscode.FileType])[],
  withGitignore: boolean,
): Promise<IgnoreRules> {
  const read = async (name: string): Promise<string | undefined> => {
    if (!entries.some(([entry, type]) => entry === name && type === vscode.FileType.File)) return undefined;
    const content = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(uri, name));
    if (content.byteLength <= MAX_IGNORE_FILE_BYTES) return new TextDecoder().decode(content);
    throw new GgenError('InvalidRequest', t('{0} is too large to read.', path === '' ? name : `${path}/${name}`));
  };
  return rules.forFolder(path.normalize('NFC'), {
    gitignore: withGitignore ? await read('.gitignore') : undefined,
    ggenignore: await read('.ggenignore'),
  });
}

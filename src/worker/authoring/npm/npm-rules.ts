import { join, posix } from 'node:path';
import { Minimatch } from 'minimatch';
import { IgnoreRules } from '../../../ignore/ignore-rules.ts';
import { parsePatterns } from '../../../ignore/ignore-patterns.ts';
import type { PackRule } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { readIgnoreFile } from '../selection/read-ignore-file.ts';
import { PatternRules, RULES } from '../selection/pack-rules.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import type { NpmPackage } from '../manifest/package-formats/npm-package.ts';

/** Of the root, whatever the lists say. */
const ALWAYS_PACKED = /^(?:package\.json|(?:readme|copying|licen[cs]e)(?:\..*)?)$/i;
/** Names that npm leaves out at any depth. */
const NEVER_PACKED =
  /^(?:\.npmignore|\.gitignore|\.git|\.svn|\.hg|CVS|\.npmrc|npm-debug\.log|\..*\.swp|\.DS_Store|\._.*|.*\.orig|node_modules)$/i;
/** Of the root. */
const NEVER_PACKED_ROOT =
  /^(?:\.lock-wscript|\.wafpickle-.*|archived-packages|package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb)$/i;
const MATCHING = { matchBase: true, dot: true, nocase: true, nonegate: true, nocomment: true } as const;

/**
 * Says by which of npm's rules a file is packed or not. npm's own code decides, but tells no reasons; these follow the
 * documentation of `files`: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#files
 */
export class NpmRules {
  readonly #manifest: string;
  readonly #folder: string;
  readonly #required: ReadonlyMap<string, PackRule>;
  readonly #files: readonly FilesEntry[] | undefined;
  readonly #bundles: boolean;
  readonly #binFolder: string | undefined;
  /** Patterns of the ignore files that npm reads, by the folder in which they apply. */
  readonly #ignored = new Map<string, IgnoreRules>();
  readonly #patternRules = new PatternRules('', 'excluded by the pattern');

  constructor({ main, browser, bin = {}, binFolder, files, bundleDependencies }: NpmPackage, manifest: Manifest) {
    this.#manifest = manifest.path;
    this.#folder = manifestFolder(manifest);
    const entries = Object.entries({ main, browser }).concat(Object.values(bin).map((path) => ['bin', path]));
    this.#required = new Map(
      entries.flatMap(([key, path]) => (path === undefined ? [] : [[normalize(path), this.#keyRule(key)]])),
    );
    this.#files = files?.map((written) => {
      const path = normalize(written);
      const rule = { ...this.#keyRule('files'), pattern: written };
      const isNegated = /^!(?:!!)*(?!!)/.test(written);
      return { path, isNegated, matcher: new Minimatch(path, MATCHING), rule };
    });
    this.#bundles = bundleDependencies.length > 0;
    this.#binFolder = binFolder;
  }

  /** Reads the ignore file of a folder: .npmignore, else .gitignore. */
  async enter(folder: string, absolutePath: string, names: readonly string[]): Promise<void> {
    const above = folder === this.#folder ? NO_PATTERNS : this.#rulesOf(folder);
    const name = ['.npmignore', '.gitignore'].find((one) => names.includes(one));
    // With `files`, npm does not read the ignore file of the root.
    const isRead = name !== undefined && (folder !== this.#folder || this.#files === undefined);
    const text = isRead ? await readIgnoreFile(join(absolutePath, name)) : undefined;
    this.#ignored.set(folder, text === undefined ? above : above.with(parsePatterns(text, folder, name ?? '')));
  }

  /** The rule of a file that npm packs. */
  including(path: string): PackRule {
    const inside = this.#relative(path);
    if (ALWAYS_PACKED.test(inside)) return ALWAYS;
    if (this.#bundles && inside.startsWith('node_modules/')) return this.#keyRule('bundleDependencies');
    const named = this.#files?.findLast((entry) => isNamed(inside, entry))?.rule ?? this.#required.get(inside);
    if (named === undefined && this.#binFolder !== undefined && inside.startsWith(`${this.#binFolder}/`))
      return this.#keyRule('directories.bin');
    return named ?? (this.#files === undefined ? RULES.byDefault : this.#keyRule('files'));
  }

  /** The rule of an entry that npm does not pack. */
  excluding(path: string, isFolder: boolean): PackRule {
    const inside = this.#relative(path);
    if (NEVER_PACKED.test(posix.basename(path)) || NEVER_PACKED_ROOT.test(inside)) return NEVER;
    const pattern = this.#rulesOf(path).ignoring(path, isFolder);
    if (pattern !== undefined) return this.#patternRules.of(pattern);
    if (this.#files === undefined) return isFolder ? NOTHING_PACKED : NOT_PACKED;
    return isFolder && this.#files.some((entry) => isNamed(inside, entry)) ? NOTHING_PACKED : NOT_IN_FILES;
  }

  /** Whether npm would pack files of a folder, if it had some. */
  names(path: string): boolean {
    if (NEVER_PACKED.test(posix.basename(path)) || this.#rulesOf(path).ignoring(path, true) !== undefined) return false;
    if (this.#files === undefined) return true;
    const inside = this.#relative(path);
    const last = this.#files.findLast((entry) => isNamed(inside, entry) || reaches(inside, entry));
    return last?.isNegated === false;
  }

  /** The patterns that apply to an entry: those of its folder. */
  #rulesOf(path: string): IgnoreRules {
    const folder = posix.dirname(path);
    return this.#ignored.get(folder === '.' ? '' : folder) ?? NO_PATTERNS;
  }

  #relative(path: string): string {
    return this.#folder === '' ? path : path.slice(this.#folder.length + 1);
  }

  #keyRule(key: string): PackRule {
    return { text: `named by \`${key}\``, path: this.#manifest };
  }
}

/** An entry of `files`. */
interface FilesEntry {
  readonly path: string;
  readonly isNegated: boolean;
  readonly matcher: Minimatch;
  readonly rule: PackRule;
}

const NO_PATTERNS = new IgnoreRules({ git: [], manifest: [], ggen: [] }, '');
const ALWAYS: PackRule = { text: 'always packed by npm' };
const NEVER: PackRule = { text: 'never packed by npm' };
const NOT_IN_FILES: PackRule = { text: '`files` does not name it' };
const NOTHING_PACKED: PackRule = { text: 'npm packs nothing in it' };
const NOT_PACKED: PackRule = { text: 'not packed by npm' };

function isNamed(path: string, { path: named, matcher }: FilesEntry): boolean {
  return path === named || path.startsWith(`${named}/`) || named === '' || matcher.match(path);
}

/** Whether an entry names something below a folder. */
function reaches(folder: string, { path, isNegated, matcher }: FilesEntry): boolean {
  return !isNegated && (path.startsWith(`${folder}/`) || matcher.match(folder, true));
}

function normalize(path: string): string {
  return posix.join('/', path.replace(/^!+/, '')).slice(1).replace(/\/$/, '');
}

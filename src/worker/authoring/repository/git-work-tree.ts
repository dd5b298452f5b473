import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';

/** What git knows about the files of a project. Paths are relative to the project, NFC, with forward slashes. */
export interface GitWorkTree {
  /** Absolute path of the work tree's root, links resolved. */
  readonly root: string;
  /** Files in the index. */
  readonly tracked: ReadonlySet<string>;
  /** Files that the index marks as executable. */
  readonly executable: ReadonlySet<string>;
  /** Whether the execute bits on the disk count; not with git's setting core.fileMode=false, as on Windows. */
  readonly fileMode: boolean;
  /** Links that git checked out as files with their target as text, as on Windows; empty with core.symlinks=true. */
  readonly textLinks: ReadonlySet<string>;
  /** Tracked files that an ignore file names. */
  readonly trackedIgnored: ReadonlySet<string>;
  /** Folders of submodules, whether or not they are checked out. */
  readonly submodules: ReadonlySet<string>;
  /** Files that differ from the last commit or are not tracked; ignored files are not among them. */
  readonly uncommitted: ReadonlySet<string>;
}

const GIT_TIMEOUT_MS = 20_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Mode of a submodule in git's index. */
const SUBMODULE_MODE = '160000';
/** Mode of an executable file in git's index. */
const EXECUTABLE_MODE = '100755';
/** Mode of a symbolic link in git's index. */
const LINK_MODE = '120000';

/**
 * Asks git about a folder. Git's own programs (hooks, the file system monitor) are disabled, because reading a project
 * must not run what its configuration names.
 *
 * @returns undefined when the folder is in no work tree, or git is missing or refuses it
 */
export async function readGitWorkTree(root: string, signal?: AbortSignal): Promise<GitWorkTree | undefined> {
  try {
    const prefix = (await git(root, ['rev-parse', '--show-prefix'], signal)).replace(/\n$/, '');
    const topLevel = (await git(root, ['rev-parse', '--show-toplevel'], signal)).replace(/\n$/, '');
    const [index, ignored, fileMode, symlinks, status] = await Promise.all([
      git(root, ['ls-files', '-s', '-z', '--', '.'], signal),
      git(root, ['ls-files', '--cached', '--ignored', '--exclude-standard', '-z', '--', '.'], signal),
      git(root, ['config', '--type=bool', '--default=true', 'core.fileMode'], signal),
      git(root, ['config', '--type=bool', '--default=true', 'core.symlinks'], signal),
      git(root, ['status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', '.'], signal),
    ]);
    const { links, ...files } = parseIndex(index);
    return {
      root: await realpath(topLevel),
      ...files,
      textLinks: symlinks.trim() === 'false' ? links : new Set(),
      trackedIgnored: new Set(ignored.split('\0').map((path) => path.normalize('NFC'))),
      fileMode: fileMode.trim() !== 'false',
      uncommitted: parseStatus(status, prefix),
    };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function git(root: string, command: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  const settings = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.quotePath=false'];
  const options = {
    cwd: root,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    timeout: GIT_TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT_BYTES,
    windowsHide: true,
    ...(signal === undefined ? {} : { signal }),
  };
  return new Promise((resolve, reject) => {
    execFile('git', [...settings, ...command], { ...options, encoding: 'utf8' }, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`git ${command[0] ?? ''} failed.`, { cause: error }));
    });
  });
}

/** Each entry is `mode hash stage<TAB>path`. */
function parseIndex(
  output: string,
): Pick<GitWorkTree, 'tracked' | 'executable' | 'submodules'> & { readonly links: ReadonlySet<string> } {
  const links = new Set<string>();
  const tracked = new Set<string>();
  const executable = new Set<string>();
  const submodules = new Set<string>();
  for (const entry of output.split('\0')) {
    const tab = entry.indexOf('\t');
    if (tab < 0) continue;
    const path = entry.slice(tab + 1).normalize('NFC');
    if (entry.startsWith(SUBMODULE_MODE)) submodules.add(path);
    else tracked.add(path);
    if (entry.startsWith(EXECUTABLE_MODE)) executable.add(path);
    if (entry.startsWith(LINK_MODE)) links.add(path);
  }
  return { tracked, executable, submodules, links };
}

/** Each entry is `XY path`, relative to the repository's root; a folder that is a repository of its own ends with `/`. */
function parseStatus(output: string, prefix: string): ReadonlySet<string> {
  const paths = output
    .split('\0')
    .map((entry) => entry.slice(3))
    .filter((path) => path !== '' && path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).normalize('NFC'));
  return new Set(paths);
}

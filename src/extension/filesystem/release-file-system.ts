import * as vscode from 'vscode';
import type { Engine } from '../../shared/api/index.ts';
import { rejectAfterTimeout } from '../../shared/async.ts';
import { errorName, isAbort } from '../../shared/errors.ts';
import { callWithTimeout } from '../engine/call-with-timeout.ts';
import { errorText } from '../ui/error-text.ts';
import { formatBytes } from '../ui/format.ts';
import { plainText } from '../ui/plain-text.ts';
import { withDelayedProgress } from './delayed-progress.ts';
import { readWholeFile } from './read-whole-file.ts';
import { releaseText } from './release-path.ts';
import type { ReleasePath } from './release-path.ts';
import { parseReleaseUri } from './release-uri.ts';

const { t } = vscode.l10n;
/** Timeout of a `statFile` or `readFolder` call; a folder is a few small blocks. */
const QUERY_TIMEOUT_MS = 60_000;
/**
 * VS Code shows no folder of a window before `stat` of every root has answered, so that the wait for a root is short.
 */
const ROOT_TIMEOUT_MS = 5_000;

/** VS Code looks for its own files in every folder, some of which have names that are invalid in a release. */
const NOT_FOUND_ERRORS: readonly string[] = ['FileNotFound', 'UnsafePath'];

/**
 * A read-only file system of releases: `ggen:/<publisher>/<name>@<version>/<path>`. The engine reads opened files from
 * the block store or fetches them from peers, and verifies them.
 */
export class ReleaseFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #engine: () => Promise<Engine>;
  readonly #onError: (error: unknown) => void;
  readonly #change = new vscode.EventEmitter<vscode.FileChangeEvent[]>();

  readonly onDidChangeFile = this.#change.event;

  /** @param onError receives each error besides the rejection */
  constructor(engine: () => Promise<Engine>, onError: (error: unknown) => void) {
    this.#engine = engine;
    this.#onError = onError;
  }

  /** Releases are immutable, so that no change is ever reported. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const isRoot = this.#parse(uri).path === '';
    const pending = this.#query(uri, (engine, { path, ...release }, signal) =>
      engine.statFile({ release: releaseText(release), path }, { signal }),
    );
    const { kind, size, published } = await (isRoot ? this.#withRootTimeout(pending) : pending);
    return {
      type: typeOf(kind),
      size,
      ctime: published,
      mtime: published,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { entries } = await this.#query(
      uri,
      (engine, { path, ...release }, signal) => engine.readFolder({ release: releaseText(release), path }, { signal }),
      // UnsafePath here means that the folder has an entry with an unsafe name; the user sees that error.
      ['FileNotFound'],
    );
    return entries.map(({ name, kind }) => [name, typeOf(kind)]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const file = this.#parse(uri);
    const title = t('Fetching {0} from {1} {2}', plainText(file.path), file.name, file.version);
    return this.#mapErrors(uri, async () => {
      const engine = await this.#engine();
      return withDelayedProgress(title, (signal, report) =>
        readWholeFile(engine, file, signal, t, (bytes, size) => {
          report(t('{0} of {1}', formatBytes(bytes), formatBytes(size)));
        }),
      );
    });
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  /** Make VS Code read these URIs again after they failed. */
  refresh(uris: readonly vscode.Uri[]): void {
    this.#change.fire(uris.map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  dispose(): void {
    this.#change.dispose();
  }

  #query<T>(
    uri: vscode.Uri,
    call: (engine: Engine, file: ReleasePath, signal: AbortSignal) => Promise<T>,
    notFoundErrors = NOT_FOUND_ERRORS,
  ): Promise<T> {
    const file = this.#parse(uri);
    const work = async (): Promise<T> => {
      const engine = await this.#engine();
      return callWithTimeout(QUERY_TIMEOUT_MS, undefined, (signal) => call(engine, file, signal));
    };
    return this.#mapErrors(uri, work, notFoundErrors);
  }

  /** Bounds the wait for a root: the engine may have to start first, or to look up the package on the network. */
  #withRootTimeout<T>(pending: Promise<T>): Promise<T> {
    return rejectAfterTimeout(pending, ROOT_TIMEOUT_MS, () =>
      vscode.FileSystemError.Unavailable(t('Looking up the release timed out. Try again.')),
    );
  }

  #parse(uri: vscode.Uri): ReleasePath {
    const file = parseReleaseUri(uri);
    if (file === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return file;
  }

  async #mapErrors<T>(uri: vscode.Uri, work: () => Promise<T>, notFoundErrors = NOT_FOUND_ERRORS): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (notFoundErrors.includes(errorName(error))) throw vscode.FileSystemError.FileNotFound(uri);
      if (!isAbort(error)) this.#onError(error);
      throw vscode.FileSystemError.Unavailable(errorText(error, t)?.message ?? t('Fetching was canceled.'));
    }
  }
}

function typeOf(kind: 'file' | 'folder'): vscode.FileType {
  return kind === 'file' ? vscode.FileType.File : vscode.FileType.Directory;
}

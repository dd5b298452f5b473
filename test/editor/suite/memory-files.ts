import * as vscode from 'vscode';

/** A map is a folder with its entries, a text a file, `link` a symbolic link. */
export type MemoryFolder = Map<string, MemoryFolder | string | typeof LINK>;

export const LINK = Symbol('link');

/** An in-memory file system, as in a virtual workspace. It records which files are read. */
export class MemoryFiles implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;
  readonly listed: string[] = [];
  readonly #root: MemoryFolder;

  constructor(root: MemoryFolder) {
    this.#root = root;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const found = this.#find(uri);
    return { type: typeOf(found), ctime: 0, mtime: 0, size: typeof found === 'string' ? Buffer.byteLength(found) : 0 };
  }

  readDirectory(uri: vscode.Uri): [string, vscode.FileType][] {
    this.listed.push(uri.path);
    const folder = this.#find(uri);
    if (!(folder instanceof Map)) throw vscode.FileSystemError.FileNotADirectory(uri);
    return [...folder].map(([name, entry]) => [name, typeOf(entry)]);
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const found = this.#find(uri);
    if (typeof found !== 'string') throw vscode.FileSystemError.FileIsADirectory(uri);
    return Buffer.from(found);
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  #find(uri: vscode.Uri): MemoryFolder | string | typeof LINK {
    let found: MemoryFolder | string | typeof LINK = this.#root;
    for (const name of uri.path.split('/').filter((part) => part !== '')) {
      const next: MemoryFolder | string | typeof LINK | undefined = found instanceof Map ? found.get(name) : undefined;
      if (next === undefined) throw vscode.FileSystemError.FileNotFound(uri);
      found = next;
    }
    return found;
  }
}

function typeOf(entry: MemoryFolder | string | typeof LINK): vscode.FileType {
  if (entry === LINK) return vscode.FileType.SymbolicLink | vscode.FileType.File;
  return entry instanceof Map ? vscode.FileType.Directory : vscode.FileType.File;
}

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files of a project by path; a path that ends with a slash is an empty folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A project in a temporary folder that `await using` removes. */
export class ProjectFolder implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  static async of(files: Files = {}): Promise<ProjectFolder> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'ggen-content-')));
    const folder = new ProjectFolder(root);
    await folder.write(files);
    return folder;
  }

  async write(files: Files): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      const target = join(this.root, path);
      if (path.endsWith('/')) {
        await mkdir(target, { recursive: true });
        continue;
      }
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
  }

  path(...segments: readonly string[]): string {
    return join(this.root, ...segments);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

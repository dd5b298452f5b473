import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export type Files = Readonly<Record<string, string>>;

/** Create a project in a temporary folder, which the test must remove. */
export async function makeProject(files: Files): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'ggen-project-'));
  await writeFiles(root, files);
  return root;
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The files of a small gpack project. */
export function gpack(name: string, version: string): Files {
  return {
    'gpack.toml': `[package]\nname = "${name}"\nversion = "${version}"\ndescription = "Greets in the tests"\nlicense = "MIT"\n`,
    'README.md': `# ${name}\n`,
    'templates/hello.tmpl': 'Hello {{ name }}\n',
  };
}

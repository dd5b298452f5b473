import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Write a small gpack into a folder, which is created. Returns the folder. */
export async function writeProject(root: string, name = 'cli-test-pack', version = '1.0.0'): Promise<string> {
  await mkdir(join(root, 'deep', 'er'), { recursive: true });
  await writeFile(join(root, 'gpack.toml'), manifest(name, version));
  await writeFile(join(root, 'README.md'), '# CLI test\n');
  await writeFile(join(root, 'deep', 'er', 'random.bin'), randomBytes(700_000));
  await writeFile(join(root, 'deep', 'empty'), '');
  return root;
}

function manifest(name: string, version: string): string {
  return (
    `[gpack]\nid = "${name}"\nname = "CLI test"\nversion = "${version}"\ndescription = "For the tests of the peer"\n` +
    'license = "MIT"\nggen_compat = ">=1"\n'
  );
}

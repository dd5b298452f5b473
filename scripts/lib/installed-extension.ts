import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Enter a folder as an installed extension, without copying it: the list in an extensions folder may name any place.
 *
 * An extension under development would need the server's smoke-test mode, in which VS Code shows no notifications.
 * @param extensionsDir what the server gets as `--extensions-dir`
 * @param extension absolute path of the folder with the extension's package.json
 */
export async function enterExtension(extensionsDir: string, extension: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(extension, 'package.json'), 'utf8')) as Record<string, unknown>;
  const entry = {
    identifier: { id: `${String(manifest['publisher'])}.${String(manifest['name'])}` },
    version: manifest['version'],
    location: { $mid: 1, scheme: 'file', path: decodeURIComponent(pathToFileURL(extension).pathname) },
    metadata: { source: 'vsix', installedTimestamp: Date.now() },
  };
  await mkdir(extensionsDir, { recursive: true });
  await writeFile(join(extensionsDir, 'extensions.json'), JSON.stringify([entry]));
}

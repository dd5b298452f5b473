import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_EXTENSIONS, EMPTY_PUBLISHER } from './mark.ts';

/** Put extensions that do nothing into the folder that a server gets as `--extensions-dir`, as if a user had installed them. */
export async function installEmptyExtensions(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const entries = EMPTY_EXTENSIONS.map((name) => ({
    identifier: { id: `${EMPTY_PUBLISHER}.${name}` },
    version: '1.0.0',
    location: { $mid: 1, scheme: 'file', path: join(folder, name).replaceAll('\\', '/') },
    relativeLocation: name,
    metadata: { source: 'vsix', installedTimestamp: 0 },
  }));
  for (const name of EMPTY_EXTENSIONS) {
    const manifest = {
      name,
      publisher: EMPTY_PUBLISHER,
      version: '1.0.0',
      engines: { vscode: '^1.90.0' },
      extensionKind: ['workspace'],
      main: './main.js',
      activationEvents: [`onCommand:${EMPTY_PUBLISHER}.${name}`],
    };
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, name, 'main.js'), 'exports.activate = () => undefined;\n');
  }
  await writeFile(join(folder, 'extensions.json'), JSON.stringify(entries));
}

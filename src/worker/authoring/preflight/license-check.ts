import { posix } from 'node:path';
import type { Diagnostic } from '../../../shared/model.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { manifestFolder } from '../selection/manifest-folder.ts';
import type { ProjectFile } from '../project/project.ts';

const LICENSE_FILE = /^(?:licen[cs]e|copying|unlicen[cs]e)(?:[.-].*)?$/i;

/** Warns when the manifest names a license whose text is missing. The manifest's diagnostics report a missing name. */
export function licenseDiagnostics(files: readonly ProjectFile[], manifest: Manifest): Diagnostic[] {
  if (manifest.metadata.license === '') return [];
  const folders = ['', manifestFolder(manifest)];
  const found = files.some(({ path }) => {
    const folder = posix.dirname(path);
    return folders.includes(folder === '.' ? '' : folder) && LICENSE_FILE.test(posix.basename(path));
  });
  // Folder of license texts by the REUSE specification.
  if (found || files.some(({ path }) => path.startsWith('LICENSES/'))) return [];
  const message =
    `The license is ${manifest.metadata.license}, but the files do not include its text. ` +
    'Most licenses require it: add a LICENSE file.';
  return [{ severity: 'information', code: 'license-file-missing', message, path: manifest.path, line: 1, column: 1 }];
}

import type { Diagnostic } from '../../../shared/model.ts';
import type { ProjectFile } from '../project/project.ts';

/** In bytes; larger files are rarely published on purpose. */
export const LARGE_FILE_BYTES = 10 * 1024 * 1024;
/** The largest files are listed one by one, up to this number. */
const MAX_LISTED_FILES = 20;

export function largeFileDiagnostics(files: readonly ProjectFile[]): Diagnostic[] {
  const large = files.filter(({ size }) => size >= LARGE_FILE_BYTES).sort((a, b) => b.size - a.size);
  return large.slice(0, MAX_LISTED_FILES).map(({ path, size }) => {
    const message =
      `This file is ${mebibytes(size)} MiB, and every installation of the package downloads it. ` +
      'If it does not need to be published, add it to .ggenignore.';
    return { severity: 'warning', code: 'file-large', message, path };
  });
}

function mebibytes(size: number): string {
  return String(Math.round(size / 2 ** 20));
}

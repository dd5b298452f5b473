import { LIMITS } from '../../../shared/defaults.ts';
import { GgenError } from '../../../shared/errors.ts';

const count = new Intl.NumberFormat('en');

/** Counts files and bytes while they are found, and stops a project that is too large as soon as that is certain. */
export class Budget {
  files = 0;
  bytes = 0;
  readonly #perFolder = new Map<string, { files: number; bytes: number }>();

  /** Throws GgenError ProjectTooLarge. */
  add(path: string, size: number): void {
    this.files++;
    this.bytes += size;
    const slash = path.indexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash + 1);
    const sum = this.#perFolder.get(folder) ?? { files: 0, bytes: 0 };
    this.#perFolder.set(folder, { files: sum.files + 1, bytes: sum.bytes + size });
    if (this.files > LIMITS.filesPerRelease) throw this.#tooLarge('files');
    if (this.bytes > LIMITS.bytesPerRelease) throw this.#tooLarge('bytes');
  }

  #tooLarge(unit: 'files' | 'bytes'): GgenError {
    const limit = unit === 'files' ? LIMITS.filesPerRelease : LIMITS.bytesPerRelease;
    const [folder, sum] = [...this.#perFolder].reduce((most, entry) => (entry[1][unit] > most[1][unit] ? entry : most));
    const place = folder === '' ? 'the root folder itself' : `\`${folder}\``;
    const message =
      `The project has more than ${quantity(limit, unit)}, the most that one release can hold. ` +
      `So far ${quantity(sum[unit], unit)} of them were found in ${place}. ` +
      'Name what need not be published in a file .ggenignore in the root.';
    return new GgenError('ProjectTooLarge', message, {
      details: { limit, unit, files: this.files, bytes: this.bytes, folder },
    });
  }
}

function quantity(amount: number, unit: 'files' | 'bytes'): string {
  return unit === 'files' ? `${count.format(amount)} files` : `${count.format(Math.round(amount / 2 ** 20))} MiB`;
}

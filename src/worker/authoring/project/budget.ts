import { GgenError } from '../../../shared/errors.ts';
import type { ProjectLimits } from '../../../shared/model.ts';
import { isMaxProjectLimit } from './project-limits.ts';

const count = new Intl.NumberFormat('en');

/** Counts files and bytes during the walk, and fails as soon as the project is too large. */
export class ProjectBudget {
  files = 0;
  bytes = 0;
  readonly #limits: ProjectLimits;
  readonly #perFolder = new Map<string, { files: number; bytes: number }>();

  constructor(limits: ProjectLimits) {
    this.#limits = limits;
  }

  /** @throws GgenError ProjectTooLarge */
  add(path: string, size: number): void {
    this.files++;
    this.bytes += size;
    const slash = path.indexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash + 1);
    const totals = this.#perFolder.get(folder) ?? { files: 0, bytes: 0 };
    this.#perFolder.set(folder, { files: totals.files + 1, bytes: totals.bytes + size });
    if (this.files > this.#limits.files) throw this.#tooLarge('files');
    if (this.bytes > this.#limits.bytes) throw this.#tooLarge('bytes');
  }

  #tooLarge(unit: 'files' | 'bytes'): GgenError {
    const limit = this.#limits[unit];
    const [folder, totals] = [...this.#perFolder].reduce((most, entry) =>
      entry[1][unit] > most[1][unit] ? entry : most,
    );
    const place = folder === '' ? 'the root folder' : `\`${folder}\``;
    const message =
      `The project has more than ${formatQuantity(limit, unit)}, ${limitSource(unit, this.#limits)}. ` +
      `Of these, ${formatQuantity(totals[unit], unit)} are in ${place}. ` +
      'Add files that you do not want to publish to a .ggenignore file in the root folder.';
    return new GgenError('ProjectTooLarge', message, {
      details: { limit, unit, files: this.files, bytes: this.bytes, folder },
    });
  }
}

function limitSource(unit: keyof ProjectLimits, limits: ProjectLimits): string {
  return isMaxProjectLimit(unit, limits) ? 'the maximum for a release' : 'the maximum that your settings allow';
}

function formatQuantity(amount: number, unit: 'files' | 'bytes'): string {
  return unit === 'files' ? `${count.format(amount)} files` : `${count.format(Math.round(amount / 2 ** 20))} MiB`;
}

import type { Console } from './console.ts';
import { bytes } from './units.ts';
import { truncateToWidth } from './width.ts';

interface ProgressStep {
  readonly phase: string;
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles?: number;
  readonly totalBytes?: number;
}

const BAR_WIDTH = 24;
const REDRAW_INTERVAL_MS = 80;

/** Titles of the phases of long calls. */
const PHASES: Readonly<Record<string, string>> = {
  scan: 'Scanning the project',
  import: 'Packing',
  resolve: 'Resolving the release',
  fetch: 'Fetching',
  write: 'Writing',
  verify: 'Verifying',
};

/** A progress bar on a terminal, and nothing elsewhere. `end` removes the bar. */
export function progressBar(output: Console): { onProgress: (step: ProgressStep) => void; end: () => void } {
  let last = -Infinity;
  let drawn = false;
  return {
    onProgress: (step) => {
      if (!output.showsProgress || performance.now() - last < REDRAW_INTERVAL_MS) return;
      last = performance.now();
      drawn = true;
      output.bar(truncateToWidth(barText(step), Math.max(10, output.barWidth - 1)));
    },
    end: () => {
      if (drawn) output.bar('');
      drawn = false;
    },
  };
}

/** One line: the phase, a bar when the total is known, and the amount. */
export function barText({ phase, bytes: done, totalBytes, files, totalFiles }: ProgressStep): string {
  const title = PHASES[phase] ?? phase;
  const count = totalFiles === undefined ? `${files} files` : `${files}/${totalFiles} files`;
  if (totalBytes === undefined || totalBytes === 0) return `${title}  ${count}  ${bytes(done)}`;
  const share = Math.min(1, done / totalBytes);
  const full = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  return `${title}  ${bar}  ${Math.floor(share * 100)} %  ${bytes(done)} of ${bytes(totalBytes)}`;
}

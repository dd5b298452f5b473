import type { TaskStatus } from '../../shared/model.ts';
import { formatRtt } from './format.ts';
import type { Localize } from './localize.ts';

/** How a task of the engine's upkeep stands, in one line: last run, what came of it, when it comes again. */
export function taskLine(task: TaskStatus, t: Localize, time: (at: number) => string): string {
  const { running, lastRun, next } = task;
  if (lastRun === undefined) return parts([running ? t('running now') : t('has not run yet'), nextRun(next, t, time)]);
  return parts([
    running ? t('running now, since {0}', time(lastRun)) : t('ran at {0}', time(lastRun)),
    running ? '' : outcome(task, t),
    nextRun(running ? undefined : next, t, time),
  ]);
}

/** Codicon of a task; the line says the same in words. */
export function taskIcon({ running, result }: TaskStatus): string {
  if (running) return 'sync';
  if (result === undefined) return 'clock';
  return result === 'ok' ? 'pass' : 'warning';
}

function outcome({ result, duration, detail }: TaskStatus, t: Localize): string {
  if (result === undefined) return '';
  const took = duration === undefined ? '' : ` (${formatRtt(duration)})`;
  const words = { ok: t('done'), failed: t('failed'), 'timed-out': t('timed out') }[result];
  return `${words}${took}${detail === undefined ? '' : `: ${detail}`}`;
}

function nextRun(next: number | undefined, t: Localize, time: (at: number) => string): string {
  return next === undefined ? '' : t('next at {0}', time(next));
}

function parts(all: readonly string[]): string {
  return all.filter((part) => part !== '').join(' · ');
}

import type { TaskStatus } from '../../shared/model.ts';
import { formatRtt } from './format.ts';
import type { Localize } from './localize.ts';

/** A background task in one line: its last run, the result, and the time of the next run. */
export function taskLine(task: TaskStatus, t: Localize, time: (at: number) => string): string {
  const { running, lastRun, next } = task;
  if (lastRun === undefined) return parts([running ? t('running now') : t('has not run yet'), nextRun(next, t, time)]);
  return parts([
    running ? t('running now, since {0}', time(lastRun)) : t('ran at {0}', time(lastRun)),
    running ? '' : outcome(task, t),
    nextRun(running ? undefined : next, t, time),
  ]);
}

/** Codicon of a task; the line has the same information as text. */
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

import { errorMessage } from '../../shared/errors.ts';
import type { TaskStatus } from '../../shared/model.ts';
import type { Logger } from '../logging/logger.ts';

/** Something that is done again and again. */
export interface PeriodicTask {
  /** Stable short name; one task of a name at a time. */
  readonly name: string;
  /** What it does, in words for the user. */
  readonly title: string;
  /** Milliseconds between the end of one run and the begin of the next. */
  readonly intervalMs: number;
  /** Milliseconds before the first run; `every` when left out. */
  readonly initialDelayMs?: number;
  /** Longest that one run may take, in milliseconds; its signal fires then. */
  readonly timeoutMs: number;
  /** Failures are nothing unusual: they are logged as debug lines. */
  readonly quiet?: boolean;
  /** Does the work until `signal` fires. May return what it did, for the status, and when to come again. */
  readonly run: (signal: AbortSignal) => Promise<TaskReport | undefined> | TaskReport | undefined;
}

export interface TaskReport {
  /** What was done, in words for the user. */
  readonly detail?: string;
  /** Milliseconds after which to run again, instead of `every`. */
  readonly nextRunInMs?: number;
}

/** Runs differ by up to this share of their interval, so that peers started together do not act together. */
const JITTER_RATIO = 0.1;

/**
 * Runs tasks in their intervals: each bounded, none beside itself, all visible and stoppable. The one place in the engine
 * with a clock for upkeep.
 */
export class Scheduler {
  readonly #log: Logger;
  readonly #tasks = new Map<string, ScheduledTask>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Begin a task. Resolves the returned function's promise when the task has ended for good. */
  add(task: PeriodicTask): () => Promise<void> {
    if (this.#tasks.has(task.name)) throw new Error(`The task ${task.name} is already scheduled`);
    const scheduled = new ScheduledTask(task, this.#log);
    this.#tasks.set(task.name, scheduled);
    scheduled.schedule(task.initialDelayMs ?? task.intervalMs);
    return async () => {
      await scheduled.stop();
      if (this.#tasks.get(task.name) === scheduled) this.#tasks.delete(task.name);
    };
  }

  /** Run a task as soon as it can be: something it cares for has changed. Unknown names are ignored. */
  runSoon(name: string, delayMs = 0): void {
    this.#tasks.get(name)?.runSoon(delayMs);
  }

  status(): TaskStatus[] {
    return [...this.#tasks.values()].map((scheduled) => scheduled.status());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map((scheduled) => scheduled.stop()));
    this.#tasks.clear();
  }
}

class ScheduledTask {
  readonly #task: PeriodicTask;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #active = false;
  #ended: Promise<void> = Promise.resolve();
  /** When it runs next, by the monotonic clock: the other one may be set meanwhile. */
  #dueAt = Infinity;
  /** Asked for while it was running: run again after so many milliseconds. */
  #requestedDelayMs: number | undefined;
  #lastResult: Pick<TaskStatus, 'lastRun' | 'duration' | 'result' | 'detail'> = {};

  constructor(task: PeriodicTask, log: Logger) {
    this.#task = task;
    this.#log = log;
  }

  schedule(delayMs: number): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    const jitteredMs = delayMs * (1 + JITTER_RATIO * (Math.random() - 0.5) * 2);
    this.#dueAt = performance.now() + jitteredMs;
    this.#timer = setTimeout(() => {
      this.#ended = this.#run();
    }, jitteredMs);
    this.#timer.unref();
  }

  runSoon(delayMs: number): void {
    if (this.#active) this.#requestedDelayMs = Math.min(this.#requestedDelayMs ?? Infinity, delayMs);
    else if (performance.now() + delayMs < this.#dueAt) this.schedule(delayMs);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#ended;
  }

  status(): TaskStatus {
    const { name, title } = this.#task;
    const running = this.#active;
    return {
      name,
      title,
      running,
      ...this.#lastResult,
      ...(running || this.#dueAt === Infinity ? {} : { next: Date.now() + this.#dueAt - performance.now() }),
    };
  }

  async #run(): Promise<void> {
    this.#active = true;
    const lastRun = Date.now();
    const started = performance.now();
    const timeoutSignal = AbortSignal.timeout(this.#task.timeoutMs);
    let report: TaskReport | undefined;
    let result: 'ok' | 'failed' | 'timed-out' = 'ok';
    this.#lastResult = { ...this.#lastResult, lastRun };
    try {
      report = await this.#task.run(AbortSignal.any([timeoutSignal, this.#stopped.signal]));
    } catch (error) {
      result = timeoutSignal.aborted ? 'timed-out' : 'failed';
      report = { detail: errorMessage(error) };
      if (!this.#stopped.signal.aborted) this.#logFailure(report.detail ?? '');
    }
    const detail = report?.detail === undefined ? {} : { detail: report.detail };
    this.#lastResult = { lastRun, duration: performance.now() - started, result, ...detail };
    this.#active = false;
    const requestedDelayMs = this.#requestedDelayMs;
    this.#requestedDelayMs = undefined;
    this.schedule(Math.min(requestedDelayMs ?? Infinity, report?.nextRunInMs ?? this.#task.intervalMs));
  }

  #logFailure(reason: string): void {
    const { title, quiet = false } = this.#task;
    if (quiet) this.#log.debug(`${title}: ${reason}`);
    else this.#log.warn(`Background task '${title}' failed: ${reason}. It will be retried.`);
  }
}

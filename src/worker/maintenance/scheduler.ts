import { errorMessage } from '../../shared/errors.ts';
import type { TaskStatus } from '../../shared/model.ts';
import type { Logger } from '../logging/logger.ts';

/** A background task that runs again and again. */
export interface PeriodicTask {
  /** Stable short name, unique among the scheduled tasks. */
  readonly name: string;
  /** What it does, in words for the user. */
  readonly title: string;
  /** Milliseconds from the end of one run to the start of the next. */
  readonly intervalMs: number;
  /** Milliseconds before the first run; `intervalMs` when absent. */
  readonly initialDelayMs?: number;
  /** Timeout of one run, in milliseconds, after which its signal fires. */
  readonly timeoutMs: number;
  /** Failures are common and are logged at the level `debug`. */
  readonly quiet?: boolean;
  /** Does the work until `signal` fires. */
  readonly run: (signal: AbortSignal) => Promise<TaskReport | undefined> | TaskReport | undefined;
}

export interface TaskReport {
  /** What the run did, in words for the user. */
  readonly detail?: string;
  /** Milliseconds to the next run, instead of `intervalMs`. */
  readonly nextRunInMs?: number;
}

/** Intervals vary by this ratio, so that peers that were started together do not act at the same time. */
const JITTER_RATIO = 0.1;

/**
 * Runs the engine's background tasks. Each has a timeout, never overlaps itself, is shown in the status and can be
 * stopped.
 */
export class Scheduler {
  readonly #log: Logger;
  readonly #tasks = new Map<string, ScheduledTask>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Schedule a task. The returned function removes it and resolves when its last run has ended. */
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

  /** Run a task earlier than its interval says, because its input changed. Unknown names are ignored. */
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
  /** When it runs next, by the monotonic clock, because the system clock can be changed. */
  #dueAt = Infinity;
  /** Set by `runSoon` during a run: milliseconds from the end of the run to the next one. */
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

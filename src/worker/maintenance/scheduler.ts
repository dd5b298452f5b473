import { errorMessage } from '../../shared/errors.ts';
import type { TaskStatus } from '../../shared/model.ts';
import type { Logger } from '../logging/log.ts';

/** Something that is done again and again. */
export interface Task {
  /** Stable short name; one task of a name at a time. */
  readonly name: string;
  /** What it does, in words for the user. */
  readonly title: string;
  /** Milliseconds between the end of one run and the begin of the next. */
  readonly every: number;
  /** Milliseconds before the first run; `every` when left out. */
  readonly first?: number;
  /** Longest that one run may take, in milliseconds; its signal fires then. */
  readonly bound: number;
  /** Failures are nothing unusual: they are logged as debug lines. */
  readonly quiet?: boolean;
  /** Does the work until `signal` fires. May return what it did, for the status, and when to come again. */
  readonly run: (signal: AbortSignal) => Promise<TaskReport | undefined> | TaskReport | undefined;
}

export interface TaskReport {
  /** What was done, in words for the user. */
  readonly detail?: string;
  /** Milliseconds after which to run again, instead of `every`. */
  readonly again?: number;
}

/** Runs differ by up to this share of their interval, so that peers started together do not act together. */
const JITTER = 0.1;

/**
 * Runs tasks in their intervals: each bounded, none beside itself, all visible and stoppable. The one place in the engine
 * with a clock for upkeep.
 */
export class Scheduler {
  readonly #log: Logger;
  readonly #entries = new Map<string, Entry>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Begin a task. Resolves the returned function's promise when the task has ended for good. */
  add(task: Task): () => Promise<void> {
    if (this.#entries.has(task.name)) throw new Error(`The task ${task.name} is scheduled already`);
    const entry = new Entry(task, this.#log);
    this.#entries.set(task.name, entry);
    entry.schedule(task.first ?? task.every);
    return async () => {
      await entry.stop();
      if (this.#entries.get(task.name) === entry) this.#entries.delete(task.name);
    };
  }

  /** Run a task as soon as it can be: something it cares for has changed. Unknown names are ignored. */
  soon(name: string, delay = 0): void {
    this.#entries.get(name)?.soon(delay);
  }

  status(): TaskStatus[] {
    return [...this.#entries.values()].map((entry) => entry.status());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.stop()));
    this.#entries.clear();
  }
}

class Entry {
  readonly #task: Task;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #active = false;
  #ended: Promise<void> = Promise.resolve();
  /** When it runs next, by the monotonic clock: the other one may be set meanwhile. */
  #due = Infinity;
  /** Asked for while it was running: run again after so many milliseconds. */
  #asked: number | undefined;
  #last: Pick<TaskStatus, 'lastRun' | 'duration' | 'result' | 'detail'> = {};

  constructor(task: Task, log: Logger) {
    this.#task = task;
    this.#log = log;
  }

  schedule(delay: number): void {
    if (this.#stopped.signal.aborted) return;
    clearTimeout(this.#timer);
    const spread = delay * (1 + JITTER * (Math.random() - 0.5) * 2);
    this.#due = performance.now() + spread;
    this.#timer = setTimeout(() => {
      this.#ended = this.#run();
    }, spread);
    this.#timer.unref();
  }

  soon(delay: number): void {
    if (this.#active) this.#asked = Math.min(this.#asked ?? Infinity, delay);
    else if (performance.now() + delay < this.#due) this.schedule(delay);
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
      ...this.#last,
      ...(running || this.#due === Infinity ? {} : { next: Date.now() + this.#due - performance.now() }),
    };
  }

  async #run(): Promise<void> {
    this.#active = true;
    const lastRun = Date.now();
    const started = performance.now();
    const bound = AbortSignal.timeout(this.#task.bound);
    let report: TaskReport | undefined;
    let result: 'ok' | 'failed' | 'timed-out' = 'ok';
    this.#last = { ...this.#last, lastRun };
    try {
      report = await this.#task.run(AbortSignal.any([bound, this.#stopped.signal]));
    } catch (error) {
      result = bound.aborted ? 'timed-out' : 'failed';
      report = { detail: errorMessage(error) };
      if (!this.#stopped.signal.aborted) this.#complain(report.detail ?? '');
    }
    const detail = report?.detail === undefined ? {} : { detail: report.detail };
    this.#last = { lastRun, duration: performance.now() - started, result, ...detail };
    this.#active = false;
    const asked = this.#asked;
    this.#asked = undefined;
    this.schedule(Math.min(asked ?? Infinity, report?.again ?? this.#task.every));
  }

  #complain(why: string): void {
    const { title, quiet = false } = this.#task;
    if (quiet) this.#log.debug(`${title}: ${why}`);
    else this.#log.warn(`${title} did not succeed: ${why}. It is tried again.`);
  }
}

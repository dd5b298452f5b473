import type { LogLine } from '../../shared/events.ts';
import { escapeControls, sanitize } from '../output/sanitize.ts';

type Level = LogLine['level'];

/** From the most severe to the most verbose. */
const LEVELS: readonly Level[] = ['error', 'warn', 'info', 'debug', 'trace'];

export interface LogOptions {
  readonly format: string;
  readonly level: string;
}

/** Writes log lines to a stream, as text or as one JSON object per line. Rotation is left to the system. */
export class PeerLog {
  readonly #stream: NodeJS.WritableStream;
  #options: LogOptions;

  constructor(stream: NodeJS.WritableStream, options: LogOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** Use other options. */
  configure(options: LogOptions): void {
    this.#options = options;
  }

  write({ level, scope, message, time }: LogLine): void {
    if (LEVELS.indexOf(level) > LEVELS.findIndex((known) => known === this.#options.level)) return;
    const at = new Date(time).toISOString();
    const text =
      this.#options.format === 'json'
        ? escapeControls(JSON.stringify({ time: at, level, scope, message }))
        : `${at} ${level.padEnd(5)} [${scope}] ${sanitize(message)}`;
    this.#stream.write(`${text}\n`);
  }

  /** Write a line of the peer itself. */
  log(level: Level, message: string): void {
    this.write({ level, scope: 'peer', message, time: Date.now() });
  }
}

import { styleText } from 'node:util';
import { escapeControls, sanitizeLines, sanitizeOutput } from './sanitize.ts';
import { yaml } from './yaml.ts';

export type Format = 'table' | 'json' | 'yaml';
export const FORMATS: readonly Format[] = ['table', 'json', 'yaml'];

/** Layout of a result for people. */
export interface View {
  /** Columns of the terminal; undefined when the output is no terminal, and nothing is cut. */
  readonly width: number | undefined;
  readonly head: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly success: (text: string) => string;
  readonly error: (text: string) => string;
  readonly warn: (text: string) => string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConsoleOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Environment;
  readonly format: Format;
}

/** An error as it is shown. */
export interface ShownError {
  readonly name: string;
  readonly message: string;
  /** The next step. */
  readonly next?: string;
  /** For programs: shown in JSON and YAML only. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Lines for people, below the message. */
  readonly list?: string;
}

/** Output of a command: results to standard output, everything else to standard error. */
export class Console {
  readonly format: Format;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  readonly #env: Environment;
  #barDrawn = false;

  constructor({ stdout, stderr, env, format }: ConsoleOptions) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#env = env;
    this.format = format;
  }

  /** Print the result of a command: one document in JSON or YAML, or the text for people. */
  result(value: unknown, toText: (view: View) => string): void {
    if (this.format === 'json') this.#stdout.write(`${escapeControls(JSON.stringify(value, undefined, 2))}\n`);
    else if (this.format === 'yaml') this.#stdout.write(yaml(value));
    else this.text(`${sanitizeOutput(toText(this.view()))}\n`);
  }

  /** Print an event while a command runs: a line of JSON, a YAML document, or a line for people. */
  event(value: unknown, toText: () => string | undefined): void {
    if (this.format === 'json') this.#stdout.write(`${escapeControls(JSON.stringify(value))}\n`);
    else if (this.format === 'yaml') this.#stdout.write(`---\n${yaml(value)}`);
    else {
      const line = toText();
      if (line !== undefined) this.text(`${sanitizeOutput(line)}\n`);
    }
  }

  /** Write text unchanged to standard output. */
  text(text: string): void {
    this.#stdout.write(text);
  }

  /** Print a message for people to standard error. */
  note(text: string): void {
    this.#clearBar();
    this.#stderr.write(`${sanitizeLines(text)}\n`);
  }

  /** Print an error to standard error, in the format of the result. */
  error({ name, message, next, details = {}, list }: ShownError): void {
    this.#clearBar();
    const output = {
      error: { name, message, next: next ?? null, ...(Object.keys(details).length === 0 ? {} : { details }) },
    };
    if (this.format === 'json') this.#stderr.write(`${escapeControls(JSON.stringify(output))}\n`);
    else if (this.format === 'yaml') this.#stderr.write(yaml(output));
    else {
      const title = this.#usesColor(this.#stderr) ? styleText('red', 'error:', { validateStream: false }) : 'error:';
      this.#stderr.write(`${title} ${sanitizeLines(message)}\n`);
      if (list !== undefined) this.#stderr.write(`${sanitizeLines(list)}\n`);
      if (next !== undefined) this.#stderr.write(`next: ${sanitizeLines(next)}\n`);
    }
  }

  /** Whether standard error can show a progress bar. */
  get showsProgress(): boolean {
    return this.format === 'table' && this.#stderr.isTTY && this.#env['TERM'] !== 'dumb';
  }

  /** Replace the line of the progress bar; an empty text removes it. */
  bar(text: string): void {
    this.#stderr.write(`\r\x1b[K${text}`);
    this.#barDrawn = text !== '';
  }

  get barWidth(): number {
    return this.#stderr.columns;
  }

  view(): View {
    const useColor = this.#usesColor(this.#stdout);
    const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
      useColor ? styleText(format, text, { validateStream: false }) : text;
    return {
      width: this.#stdout.isTTY ? this.#stdout.columns : undefined,
      head: style('bold'),
      dim: style('dim'),
      success: style('green'),
      error: style('red'),
      warn: style('yellow'),
    };
  }

  /** Remove the bar before a message is printed; the next step draws it again. */
  #clearBar(): void {
    if (this.#barDrawn) this.bar('');
  }

  /**
   * Colors are used on a terminal that has them, unless NO_COLOR is set (https://no-color.org). FORCE_COLOR decides
   * before both, as in Node: 0 and false are off, everything else is on.
   */
  #usesColor(stream: NodeJS.WriteStream): boolean {
    const forced = this.#env['FORCE_COLOR'];
    if (forced !== undefined) return forced !== '0' && forced !== 'false';
    return stream.isTTY && (this.#env['NO_COLOR'] ?? '') === '' && this.#env['TERM'] !== 'dumb';
  }
}

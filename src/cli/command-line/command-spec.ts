import type { Flags } from './flags.ts';
import type { Console } from '../output/console.ts';

/** An option of a command, as the parser, the help and the completion scripts need it. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly long: string;
  readonly short?: string;
  /** What stands for its value in the help, for example `ADDR`; absent for a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  /** A switch that `--no-x` turns off. */
  readonly negatable?: boolean;
  readonly help: string;
  /** What a shell may complete its value to. */
  readonly complete?: 'file' | 'folder' | readonly string[];
}

/** What a command runs with. */
export interface CommandContext {
  readonly flags: Flags;
  readonly console: Console;
  /** Aborts when the user or the system asks the process to end. */
  readonly signal: AbortSignal;
}

/** A command of the command line. */
export interface CommandSpec {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Its operands in the help, for example `PATH`. */
  readonly operands?: string;
  /** What a shell may complete its operands to. */
  readonly complete?: 'file' | 'folder' | readonly string[];
  readonly options: readonly OptionSpec[];
  /** More than the summary and the options say. */
  readonly notes?: string;
  /** Each a full command line. */
  readonly examples: readonly string[];
  /** Resolves to the exit code. Throws what `exit-codes.ts` knows. */
  readonly run: (context: CommandContext) => Promise<number>;
}

/** The names under which an option is given, with their dashes, the short one last. */
export function optionNames({ long, short, negatable = false }: OptionSpec): readonly string[] {
  return [`--${long}`, ...(negatable ? [`--no-${long}`] : []), ...(short === undefined ? [] : [`-${short}`])];
}

import type { Flags } from './flags.ts';
import type { Console } from '../output/console.ts';

/** What the engine knows, offered as completions: ids and names of packages, peer ids, or publisher ids. */
export type LiveCompletion = 'package' | 'installed' | 'kept' | 'peer' | 'publisher';

/** Completions of a value: paths, what the engine knows, or fixed words. */
export type Completion = 'file' | 'folder' | LiveCompletion | readonly string[];

/** An option of a command. The parser, the help and the completion scripts are made from it. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly long: string;
  readonly short?: string;
  /** Placeholder of its value in the help, for example `ADDR`; absent for a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  /** A switch that `--no-x` turns off. */
  readonly negatable?: boolean;
  readonly help: string;
  /** Completions of its value. */
  readonly complete?: Completion;
}

/** Input of a command. */
export interface CommandContext {
  readonly flags: Flags;
  readonly console: Console;
  /** Aborts when the process is to end. */
  readonly signal: AbortSignal;
  /** Whether the command only reads, so that a data folder that cannot be written is no obstacle. */
  readonly reads: boolean;
}

/** A command of the command line. */
export interface CommandSpec {
  readonly name: string;
  /** Left out of the help and the completions: for scripts. */
  readonly hidden?: true;
  /** One line without a period. */
  readonly summary: string;
  /** Operands as the help shows them, for example `PATH`. */
  readonly operands?: string;
  /** Completions of its operands. */
  readonly complete?: Completion;
  /** Completions of the operands after the first one; as the first one when absent. */
  readonly completeNext?: Completion;
  readonly options: readonly OptionSpec[];
  /** Whether the command, with these flags, changes nothing in the data folder that is to last. */
  readonly reads?: true | ((flags: Flags) => boolean);
  /** Milliseconds that the whole command may take when `--timeout` has this value; that value itself when absent. */
  readonly timeLimitMs?: (flags: Flags, timeoutMs: number) => number;
  /** Shown below the options. */
  readonly notes?: string;
  /** Full command lines. */
  readonly examples: readonly string[];
  /** Resolves to the exit code. Rejects with an error that `exit-codes.ts` has a row for. */
  readonly run: (context: CommandContext) => Promise<number>;
}

/** All spellings of an option with their dashes, the short one last. */
export function optionNames({ long, short, negatable = false }: OptionSpec): readonly string[] {
  return [`--${long}`, ...(negatable ? [`--no-${long}`] : []), ...(short === undefined ? [] : [`-${short}`])];
}

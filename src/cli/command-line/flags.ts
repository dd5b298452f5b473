import { parseArgs } from 'node:util';
import { errorMessage } from '../../shared/errors.ts';
import type { CommandSpec, OptionSpec } from './command-spec.ts';
import { UsageError } from './usage-error.ts';

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** Options and operands of one command line. */
export class Flags {
  readonly operands: readonly string[];
  readonly #values: Values;

  constructor(values: Values, operands: readonly string[]) {
    this.#values = values;
    this.operands = operands;
  }

  /** Whether the option was given. */
  has(long: string): boolean {
    return this.#values[long] !== undefined;
  }

  isEnabled(long: string): boolean {
    return this.#values[long] === true;
  }

  /** True for `--x`, false for `--no-x`, undefined for neither; the last one counts. */
  switch(long: string): boolean | undefined {
    const value = this.#values[long];
    return typeof value === 'boolean' ? value : undefined;
  }

  /** The option as it was given: `--x` or `--no-x`. */
  written(long: string): string {
    return this.switch(long) === false ? `--no-${long}` : `--${long}`;
  }

  text(long: string): string | undefined {
    const value = this.#values[long];
    return typeof value === 'string' ? value : undefined;
  }

  /** Values of a repeatable option; undefined when it was not given. */
  texts(long: string): readonly string[] | undefined {
    const value = this.#values[long];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
  }

  /** @throws UsageError when it is not a number in that range */
  number(long: string, min: number, max: number, integer = true): number | undefined {
    const text = this.text(long);
    return text === undefined ? undefined : parseNumber(`--${long}`, text, { min, max, integer });
  }

  /** The only operand. @throws UsageError */
  singleOperand(usage: string): string {
    const [first] = this.operands;
    if (first === undefined || this.operands.length > 1) throw new UsageError(`${usage}.`);
    return first;
  }

  /** @throws UsageError when there are operands */
  noOperands(command: string): void {
    const [first] = this.operands;
    if (first !== undefined) throw new UsageError(`${command} takes no arguments, but got '${first}'.`);
  }
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

/** @throws UsageError when the text is not a number in the range */
export function parseNumber(what: string, text: string, { min, max, integer }: NumberRange): number {
  const number = Number(text);
  const form = integer ? /^\d+$/ : /^\d+(\.\d+)?$/;
  if (!form.test(text) || number < min || number > max) {
    const kind = integer ? 'a whole number' : 'a number';
    throw new UsageError(`${what} must be ${kind} from ${min} to ${max}, not '${text}'.`);
  }
  return number;
}

/** Options that every command has. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [{ long: 'help', short: 'h', help: 'show help' }];

/** Parse a command's arguments. @throws UsageError */
export function parseFlags({ options, name }: CommandSpec, args: readonly string[]): Flags {
  const known = Object.fromEntries(
    [...options, ...COMMON_OPTIONS].map(({ long, short, value, repeatable = false }) => [
      long,
      {
        type: value === undefined ? 'boolean' : 'string',
        multiple: repeatable,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  ) as Record<string, { type: 'boolean' | 'string'; multiple: boolean; short?: string }>;
  const negatable = options.flatMap((option) => (option.negatable === true ? [option.long] : []));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: known,
      allowPositionals: true,
      allowNegative: true,
    });
    const negated = Object.keys(values).find((long) => values[long] === false && !negatable.includes(long));
    if (negated !== undefined) throw new Error(`Unknown option '--no-${negated}'`);
    return new Flags(values, positionals);
  } catch (error) {
    throw new UsageError(`${name}: ${errorMessage(error)}`);
  }
}

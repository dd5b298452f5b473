import { parseArgs } from 'node:util';
import type { CommandSpec, OptionSpec } from './command-spec.ts';
import { optionNames } from './command-spec.ts';
import { didYouMean } from './did-you-mean.ts';
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

  /**
   * The first operand as one of a command's actions.
   *
   * @param maxOperands how many operands there may be, the action included
   * @throws UsageError
   */
  action<T extends string>(command: string, actions: readonly T[], maxOperands = 1): T {
    const [typed, ...rest] = this.operands;
    const list = actions.join(', ');
    if (typed === undefined) throw new UsageError(`${command} requires an action: ${list}.`);
    const action = actions.find((known) => known === typed);
    if (action === undefined)
      throw new UsageError(`${command} supports ${list}, not '${typed}'.${didYouMean(typed, actions)}`);
    const extra = rest[maxOperands - 1];
    if (extra !== undefined) throw new UsageError(`${command} ${action}: unexpected argument '${extra}'.`);
    return action;
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
export function parseFlags({ options, name: command }: CommandSpec, args: readonly string[]): Flags {
  const known = [...options, ...COMMON_OPTIONS];
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      known.map(({ long, short, value }) => [
        long,
        { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) } as const,
      ]),
    ),
    allowPositionals: true,
    // The messages of the strict parser are not for users: every option is checked here.
    strict: false,
    tokens: true,
  });
  const values: Record<string, string | boolean | string[]> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { option, value } = checkedOption(command, known, token);
    const { long, repeatable = false } = option;
    const before = values[long];
    values[long] = repeatable && typeof value === 'string' ? [...(Array.isArray(before) ? before : []), value] : value;
  }
  return new Flags(values, operands);
}

interface OptionToken {
  readonly name: string;
  /** As it was typed, for example `-f` or `--format`. */
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** The option of a token and its value. @throws UsageError */
function checkedOption(
  command: string,
  known: readonly OptionSpec[],
  { name, rawName, value, inlineValue }: OptionToken,
): { readonly option: OptionSpec; readonly value: string | boolean } {
  const plain = known.find(({ long }) => long === name);
  const negated = known.find(({ long, negatable }) => negatable === true && `no-${long}` === name);
  const option = plain ?? negated;
  if (option === undefined) {
    const names = known.flatMap(optionNames).filter((one) => one.startsWith('--'));
    throw new UsageError(`${command} has no option '${rawName}'.${didYouMean(rawName, names)}`);
  }
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`${command}: ${rawName} takes no value, but got '${value}'.`);
    return { option, value: plain !== undefined };
  }
  if (value === undefined) throw new UsageError(`${command}: ${rawName} requires a value: ${rawName} ${option.value}.`);
  // A forgotten value must not take the next option for one.
  if (inlineValue !== true && value.length > 1 && value.startsWith('-'))
    throw new UsageError(
      `${command}: ${rawName} requires a value. If it begins with a dash, write --${name}=${value}.`,
    );
  return { option, value };
}

import { parseArgs } from 'node:util';
import { parsePackageId } from '../identity/publisher-id.ts';
import { errorMessage } from '../shared/errors.ts';
import { UsageError } from './usage-error.ts';

/** What every command takes, as given; undefined where nothing was. */
export interface NodeFlags {
  readonly listen: readonly string[] | undefined;
  readonly bootstrap: readonly string[] | undefined;
  readonly data: string | undefined;
  readonly name: string | undefined;
  readonly dhtMode: 'server' | 'client' | undefined;
}

interface Once {
  readonly node: NodeFlags;
  /** Bound on the whole job, in milliseconds. */
  readonly timeout: number;
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'run'; readonly node: NodeFlags; readonly publish: readonly string[] }
  | (Once & { readonly kind: 'install'; readonly id: string; readonly version?: string; readonly to: string })
  | (Once & { readonly kind: 'search'; readonly text: string; readonly limit?: number })
  | (Once & { readonly kind: 'publish'; readonly directory: string });

export type OnceCommand = Extract<Command, Once>;

const DEFAULT_TIMEOUT_SECONDS = 120;
const LONGEST_TIMEOUT_SECONDS = 86_400;

const NODE_OPTIONS = {
  listen: { type: 'string', multiple: true },
  bootstrap: { type: 'string', multiple: true },
  data: { type: 'string' },
  name: { type: 'string' },
  'dht-server': { type: 'boolean' },
  'dht-client': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const ONCE_OPTIONS = { ...NODE_OPTIONS, timeout: { type: 'string' } } as const;

/** What the command line asks for. @throws UsageError */
export function parseCommand(args: readonly string[]): Command {
  const [first, ...rest] = args;
  switch (first) {
    case 'help':
      return { kind: 'help' };
    case 'install':
      return parseInstall(rest);
    case 'search':
      return parseSearch(rest);
    case 'publish':
      return parsePublish(rest);
    case undefined:
    default:
      return parseRun(args);
  }
}

function parseRun(args: readonly string[]): Command {
  const options = { ...NODE_OPTIONS, publish: { type: 'string', multiple: true } } as const;
  const { values, positionals } = checked(() => parseArgs({ args: [...args], options, allowPositionals: true }));
  if (values.help === true) return { kind: 'help' };
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`There is no command '${unknown}': use install, search or publish.`);
  return { kind: 'run', node: nodeFlags(values), publish: values.publish ?? [] };
}

function parseInstall(args: readonly string[]): Command {
  const options = { ...ONCE_OPTIONS, to: { type: 'string' }, version: { type: 'string' } } as const;
  const { values, positionals } = checked(() => parseArgs({ args: [...args], options, allowPositionals: true }));
  if (values.help === true) return { kind: 'help' };
  const parsed = checked(() => parsePackageId(only(positionals, 'install takes one package: publisher/name or name')));
  if (values.to === undefined) throw new UsageError('Say where to install it: --to DIR.');
  if (values.version !== undefined && parsed.version !== undefined) {
    throw new UsageError('Name the version once: after @, or with --version.');
  }
  const version = values.version ?? parsed.version;
  return {
    kind: 'install',
    ...once(values),
    id: parsed.publisher === undefined ? parsed.name : `${parsed.publisher}/${parsed.name}`,
    ...(version === undefined ? {} : { version }),
    to: values.to,
  };
}

function parseSearch(args: readonly string[]): Command {
  const options = { ...ONCE_OPTIONS, limit: { type: 'string' } } as const;
  const { values, positionals } = checked(() => parseArgs({ args: [...args], options, allowPositionals: true }));
  if (values.help === true) return { kind: 'help' };
  if (positionals.length === 0) throw new UsageError("Say what to search for; '' lists everything.");
  const limit = values.limit === undefined ? {} : { limit: wholeNumber('--limit', values.limit, 1, 100) };
  return { kind: 'search', ...once(values), text: positionals.join(' '), ...limit };
}

function parsePublish(args: readonly string[]): Command {
  const { values, positionals } = checked(() =>
    parseArgs({ args: [...args], options: ONCE_OPTIONS, allowPositionals: true }),
  );
  if (values.help === true) return { kind: 'help' };
  return { kind: 'publish', ...once(values), directory: only(positionals, 'publish takes one folder') };
}

interface NodeValues {
  readonly listen?: string[] | undefined;
  readonly bootstrap?: string[] | undefined;
  readonly data?: string | undefined;
  readonly name?: string | undefined;
  readonly 'dht-server'?: boolean | undefined;
  readonly 'dht-client'?: boolean | undefined;
  readonly timeout?: string | undefined;
}

function nodeFlags(values: NodeValues): NodeFlags {
  const server = values['dht-server'] === true;
  const client = values['dht-client'] === true;
  if (server && client) throw new UsageError('Choose one of --dht-server and --dht-client.');
  return {
    listen: values.listen,
    bootstrap: values.bootstrap,
    data: values.data,
    name: values.name,
    dhtMode: server ? 'server' : client ? 'client' : undefined,
  };
}

function once(values: NodeValues): Once {
  const seconds =
    values.timeout === undefined
      ? DEFAULT_TIMEOUT_SECONDS
      : wholeNumber('--timeout', values.timeout, 1, LONGEST_TIMEOUT_SECONDS);
  return { node: nodeFlags(values), timeout: seconds * 1000 };
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) {
    throw new UsageError(`${option} takes a whole number from ${least} to ${most}, not '${text}'.`);
  }
  return number;
}

function only(positionals: readonly string[], rule: string): string {
  const [first] = positionals;
  if (first === undefined || positionals.length > 1) throw new UsageError(`${rule}.`);
  return first;
}

/** What the parsers fault is the command line's fault. */
function checked<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(errorMessage(error));
  }
}

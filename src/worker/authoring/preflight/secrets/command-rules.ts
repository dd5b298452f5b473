import { COMMAND_TOOLS } from './command-tools.ts';
import type { CommandTool } from './command-tools.ts';
import type { Finding } from './finding.ts';
import { isRealPassword } from './password-strength.ts';

/** Longer commands are examined in parts. */
const MAX_COMMAND_LENGTH = 2_000;
/** Characters before a program in which the quotation mark is searched that encloses the command. */
const MAX_PREFIX_LENGTH = 200;

const TOOLS = new Map<string, CommandTool[]>();
for (const tool of COMMAND_TOOLS)
  for (const name of tool.names.split(' ')) TOOLS.set(name, [...(TOOLS.get(name) ?? []), tool]);
const TOOL_NAME = new RegExp(
  String.raw`(?<![\w.@$-])(?:${[...TOOLS.keys()].join('|')})(?:\.exe)?(?=["'\u0060]?[\s,])`,
  'g',
);

/** One word of a command line, without the quotation marks around it. */
interface Word {
  readonly text: string;
  readonly start: number;
}

/** Finds passwords in the options of programs on command lines. */
export function findCommandSecrets(text: string): Finding[] {
  const findings: Finding[] = [];
  let searched = 0;
  for (const { 0: name, index } of text.matchAll(TOOL_NAME)) {
    // A program that another one starts, as in `sshpass -p … mysql -p…`, is a word of its command.
    if (index < searched) continue;
    const { words, end } = commandWords(text, index, name.length);
    searched = end;
    findings.push(...commandSecrets(words, text.slice(index, end)));
  }
  return findings;
}

function commandSecrets(words: readonly Word[], context: string): Finding[] {
  let tools: readonly CommandTool[] = [];
  let seen: string[] = [];
  return words.flatMap((word, at) => {
    const named = TOOLS.get(word.text.slice(word.text.lastIndexOf('/') + 1).replace(/\.exe$/, ''));
    if (named !== undefined) {
      tools = named;
      seen = [];
      return [];
    }
    seen.push(word.text);
    const tool = tools.filter(({ after }) => after === undefined || seen.some((one) => after.test(one)));
    for (const one of tool) {
      const found = passwordOf(one, word, words[at + 1], context);
      if (found !== undefined) return [found];
    }
    return [];
  });
}

function passwordOf(tool: CommandTool, word: Word, next: Word | undefined, context: string): Finding | undefined {
  for (const [option, separator] of Object.entries(tool.options)) {
    const value = optionValue(tool, option, word, next);
    const from = value === undefined || separator === '' ? 0 : value.text.indexOf(separator) + separator.length;
    if (value === undefined || (separator !== '' && from < separator.length)) continue;
    const password = unquoted({ text: value.text.slice(from), start: value.start + from });
    const user = separator === '' ? '' : value.text.slice(0, from - separator.length);
    if (!isRealPassword(password.text, { user, context })) continue;
    const { start } = password;
    return { start, end: start + password.text.length, rule: 'command', what: 'a password in a command line' };
  }
  return undefined;
}

function optionValue(tool: CommandTool, option: string, word: Word, next: Word | undefined): Word | undefined {
  const isLetter = /^-\w$/.test(option);
  const isBundled = tool.bundles === true && isLetter && /^-[A-Za-z]{2,6}$/.test(word.text);
  if (word.text === option || (isBundled && word.text.endsWith(option.slice(1))))
    return tool.onlyAttached === true ? undefined : next;
  if (!word.text.startsWith(option)) return undefined;
  const rest = word.text.slice(option.length);
  const isMarked = /^[=:]/.test(rest);
  if (!isMarked && !isLetter && tool.onlyAttached !== true) return undefined;
  const skipped = option.length + (isMarked && tool.onlyAttached !== true ? 1 : 0);
  return unquoted({ text: word.text.slice(skipped), start: word.start + skipped });
}

function unquoted({ text, start }: Word): Word {
  const [, mark = '', inner] = /^(\\?["'])(.*)\1$/s.exec(text) ?? [];
  return inner === undefined ? { text, start } : { text: inner, start: start + mark.length };
}

/** The words of a command from a program's name on, up to what ends the command. */
function commandWords(text: string, start: number, nameLength: number): { words: Word[]; end: number } {
  const before = text[start - 1] ?? '';
  const isList = /["'`]/.test(before) && text[start + nameLength] === before;
  const closing = enclosingQuote(text, start);
  const limit = Math.min(text.length, start + MAX_COMMAND_LENGTH);
  const words: Word[] = [{ text: text.slice(start, start + nameLength), start }];
  let at = start + nameLength + (isList ? 1 : 0);
  const separator = isList ? /[\s,[]*/y : /(?:[ \t]|[\\^`]\r?\n)*/y;
  while (at < limit) {
    separator.lastIndex = at;
    at += separator.exec(text)?.[0].length ?? 0;
    const end = wordEnd(text, at, limit, isList ? /[,\]]/ : closing);
    if (end === at) break;
    words.push(unquoted({ text: text.slice(at, end), start: at }));
    at = end;
  }
  return { words, end: Math.max(at, start + nameLength) };
}

/** The quotation mark before a command that is quoted as a whole; empty without one. An apostrophe in a word is none. */
function enclosingQuote(text: string, start: number): string {
  const line =
    text
      .slice(Math.max(0, start - MAX_PREFIX_LENGTH), start)
      .split('\n')
      .at(-1) ?? '';
  let open = '';
  for (const { 0: mark } of line.matchAll(/(?<![\w\\])["'`]|(?<!\\)["'`](?!\w)/g)) {
    if (open === '') open = mark;
    else if (open === mark) open = '';
  }
  return open;
}

/** Where the word that starts here ends; the same place when none does. */
function wordEnd(text: string, start: number, limit: number, closing: string | RegExp): number {
  let at = start;
  while (at < limit) {
    const character = text[at] ?? '';
    if (endsWord(character, closing)) break;
    const [mark = ''] = /^\\?["']/.exec(text.slice(at, at + 2)) ?? [];
    if (mark === '') {
      at += character === '\\' && /[^\s]/.test(text[at + 1] ?? ' ') ? 2 : 1;
      continue;
    }
    const end = text.indexOf(mark, at + mark.length);
    if (end < 0 || end >= limit || text.slice(at, end).includes('\n')) break;
    at = end + mark.length;
  }
  return at;
}

function endsWord(character: string, closing: string | RegExp): boolean {
  if (/[\s`;|&<>()]/.test(character)) return true;
  return typeof closing === 'string' ? character === closing : closing.test(character);
}

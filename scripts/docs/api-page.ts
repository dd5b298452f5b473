/** Prints the contract as Markdown: docs/api.md. */

import type { CallDescription, Contract, Subject, TypeDescription, TypeText } from './contract.ts';

const COLUMNS = 120;

const TITLES: Readonly<Record<string, string>> = {
  peers: 'Peers and standings', // the call `peers` has the same anchor otherwise
  authoring: 'Publishing',
  install: 'Installing',
};

const INTRODUCTION = `# API of the engine

Generated from [src/shared/api](../src/shared/api) by \`node scripts/api-docs.ts\`. Do not edit.

The extension, the command line and tests call the engine through one interface, \`Engine\`: the same in this process, in a worker thread and behind a socket. A call takes one plain object and options, and answers with a promise of plain data:

\`\`\`ts
const details = await engine.getPackage({ id: 'z6Mk…/hello' }, { signal });
\`\`\`

Sizes are bytes, times are milliseconds since the Unix epoch, content identifiers (CIDs) are their text form. Nothing that crosses is shared with the engine: it is all read-only. The data types are in [src/shared/model](../src/shared/model).

Calls that run at the same time are independent and may end in any order, except where a call says otherwise. Errors are told apart by \`name\`; a canceled call rejects with an \`AbortError\`.`;

/** The whole page, ending with a line break. */
export function apiPage(contract: Contract): string {
  const { subjects, options, events, commonErrors, errors } = contract;
  const parts = [
    INTRODUCTION,
    overview(subjects),
    ...subjects.flatMap(subjectParts),
    '## Options of every call',
    fieldTable(options),
    '## Events',
    events.description,
    '`subscribe(name, listener)` delivers the newest snapshot at once and returns the function that unsubscribes.',
    fieldTable(events),
    '## Errors',
    `Every call can end with ${codeList(commonErrors)}.`,
    table(
      ['error', 'meaning'],
      errors.map(({ name, description }) => [code(name), description]),
    ),
  ];
  return `${parts.map(wrapped).join('\n\n')}\n`;
}

function overview(subjects: readonly Subject[]): string {
  const rows = subjects.map(({ name, calls }) => [
    `[${titleOf(name)}](#${titleOf(name).toLowerCase().replaceAll(' ', '-')})`,
    calls.map((call) => `[${call.name}](#${call.name.toLowerCase()})`).join(', '),
  ]);
  return table(['subject', 'calls'], rows);
}

function subjectParts({ name, description, calls, types }: Subject): string[] {
  return [
    `## ${titleOf(name)}`,
    description,
    ...calls.flatMap(callParts),
    ...types.flatMap((type) => [`### ${type.name}`, type.description, fieldTable(type)]),
  ].filter((part) => part !== '');
}

function callParts({ name, description, request, response, progress, errors }: CallDescription): string[] {
  const lines = [
    `- request: ${typeLink(request)}`,
    `- answer: ${typeLink(response)}`,
    ...(progress === undefined ? [] : [`- progress: ${typeLink(progress)}`]),
    ...(errors.length === 0 ? [] : [`- errors: ${codeList(errors)}`]),
  ];
  return [`### ${name}`, description, lines.join('\n')];
}

function fieldTable({ fields }: TypeDescription): string {
  const rows = fields.map(({ name, type, description }) => [code(name), code(type), description]);
  return table(['field', 'type', ''], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function typeLink({ text, file }: TypeText): string {
  if (text === 'Empty') return code('{}');
  return file === undefined ? code(text) : `[${code(text)}](../${file})`;
}

function titleOf(name: string): string {
  return TITLES[name] ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

function codeList(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Paragraphs and list items in lines of at most 120 columns; tables, headings and code as they are. */
function wrapped(part: string): string {
  return part.startsWith('|') || part.includes('```')
    ? part
        .split('\n\n')
        .map((block) => (/^(\||```)/.test(block) ? block : wrapLines(block)))
        .join('\n\n')
    : wrapLines(part);
}

function wrapLines(text: string): string {
  const blocks: string[] = [];
  for (const line of text.split('\n')) {
    const last = blocks.at(-1);
    // A line of a comment goes on where the one before it ended, except before a list item or an empty line.
    if (last === undefined || last === '' || line === '' || /^\s*- |^#/.test(line)) blocks.push(line);
    else blocks[blocks.length - 1] = `${last} ${line.trim()}`;
  }
  return blocks.map(wrapBlock).join('\n');
}

function wrapBlock(block: string): string {
  const indent = block.startsWith('- ') ? '  ' : '';
  const lines: string[] = [];
  for (const word of block.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

import type { SyntaxProblem } from './document.ts';

/** A key and its `=`. */
const PAIR = /^(\s*(?:[\w.-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*\s*=)/;
const HEADER = /^\s*\[/;
/** Replaces the header of a table that cannot be read, so that the keys below do not fall into the table above. */
const UNREADABLE_TABLE = 'ggen-unreadable';

/**
 * The text without what the parser rejects in one line: its value, its table's header, or all of it. Other lines stay
 * where they are.
 *
 * @returns undefined when the problem does not end with its line, so that what follows cannot be read
 */
export function withoutProblem(text: string, { message, position }: SyntaxProblem): string | undefined {
  const lines = text.split('\n');
  const index = position.line - 1;
  const line = lines[index];
  if (line === undefined || line.trim() === '' || /"""|'''/.test(line)) return undefined;
  const isSecondDefinition = message.includes('redefine');
  const pair = PAIR.exec(line)?.[1];
  if (HEADER.test(line)) lines[index] = `[${UNREADABLE_TABLE}-${position.line}]`;
  else if (pair === undefined || isSecondDefinition) lines[index] = '';
  else lines[index] = `${pair} ""${/,\s*(?:#.*)?$/.test(line) ? ',' : ''}`;
  return lines.join('\n');
}

import type { Diagnostic } from './model.ts';

/**
 * File in a project's root that lists accepted findings of the search for secrets, one per line: a fingerprint, or a
 * folder that ends with a slash. What follows a `#` is a comment.
 */
export const SECRET_BASELINE_FILE = '.ggensecrets';

const HEADER =
  '# Possible secrets that were reviewed and may be published: fingerprints, and folders that end with a slash.';

/** One line of the file. */
export type BaselineEntry =
  | { readonly fingerprint: string }
  /** Relative to the project's root, with a slash at the end. */
  | { readonly folder: string }
  | { readonly invalid: string };

/** Reads one line; undefined for a comment or an empty line. */
export function baselineEntry(line: string): BaselineEntry | undefined {
  const text = line
    .replace(/^\ufeff/, '')
    .replace(/(?:^|\s)#.*$/, '')
    .trim();
  if (text === '') return undefined;
  if (/^[0-9a-f]{16}$/.test(text)) return { fingerprint: text };
  const folder = text.replaceAll('\\', '/').replace(/^\.\//, '').normalize('NFC');
  const isInside = folder.split('/').every((name) => name !== '.' && name !== '..');
  // A pattern would be the name of a folder that is not there, and accept nothing.
  const isPattern = /[*?]|^!/.test(folder);
  return folder.endsWith('/') && folder.length > 1 && !/^\/|\/\//.test(folder) && isInside && !isPattern
    ? { folder }
    : { invalid: text };
}

/** The line that accepts a finding, with its place as a comment. Its message is left out, which shows a part of it. */
export function acceptingLine({ path, line, fingerprint = '' }: Diagnostic): string {
  const place = line === undefined ? path : `${path}:${line}`;
  return `${fingerprint}  # ${place.replaceAll(/\s/g, ' ')}`;
}

/** The text of the file with more lines; those that it has already are left out. */
export function withLines(text: string, lines: readonly string[]): string {
  const known = new Set(text.split(/\r?\n/).map(keyOf));
  const added = lines.filter((line) => !known.has(keyOf(line)));
  const before = text === '' ? `${HEADER}\n` : text.replace(/\n?$/, '\n');
  return added.length === 0 ? text : `${before}${[...new Set(added)].join('\n')}\n`;
}

function keyOf(line: string): string {
  return JSON.stringify(baselineEntry(line));
}

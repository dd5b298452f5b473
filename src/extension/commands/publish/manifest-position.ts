/** Tables that hold a manifest's own version, in TOML; '' is the root of the file. */
const OWN_TABLES = ['', 'gpack', 'package', 'pack', 'project', 'tool.poetry', 'workspace.package'];

/**
 * Line, from 1, on which a manifest names its version; undefined when it does not. Reads lines, not TOML or JSON: the
 * place is for the cursor only, and a broken manifest has one too.
 */
export function versionLine(text: string, file: string): number | undefined {
  const lines = text.split(/\r?\n/);
  const found = file.endsWith('.json') ? jsonLine(lines) : tomlLine(lines);
  return found === -1 ? undefined : found + 1;
}

/** The first `"version":` that is not deeper than the outermost object, judged by braces before it. */
function jsonLine(lines: readonly string[]): number {
  let depth = 0;
  return lines.findIndex((line) => {
    const own = depth <= 1 && /^\s*\{?\s*"version"\s*:/.test(line);
    depth += count(line, /[{[]/g) - count(line, /[}\]]/g);
    return own;
  });
}

function tomlLine(lines: readonly string[]): number {
  let table = '';
  return lines.findIndex((line) => {
    const header = /^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:#.*)?$/.exec(line);
    if (header !== null) table = header[1] ?? '';
    return header === null && OWN_TABLES.includes(table) && /^\s*"?version"?\s*=/.test(line);
  });
}

function count(line: string, pattern: RegExp): number {
  return line.match(pattern)?.length ?? 0;
}

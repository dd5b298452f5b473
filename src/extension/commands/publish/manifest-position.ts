/** TOML tables that can hold the manifest's own version; '' is the root table. */
const OWN_TABLES = ['', 'gpack', 'package', 'pack', 'project', 'tool.poetry', 'workspace.package'];

/**
 * The line of the manifest's version, 1-based; undefined without one. It matches lines instead of parsing TOML or JSON,
 * because it only positions the cursor and must also work in an invalid manifest.
 */
export function versionLine(text: string, file: string): number | undefined {
  const lines = text.split(/\r?\n/);
  const found = file.endsWith('.json') ? jsonLine(lines) : tomlLine(lines);
  return found === -1 ? undefined : found + 1;
}

/** The first `"version":` in the outermost object, by the nesting of braces before it. */
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

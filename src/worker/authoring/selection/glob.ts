/** More segments or alternatives of one pattern are a mistake or an attack. */
const MAX_ALTERNATIVES = 100;

/** One element of a name's pattern: any text, or one character that the function accepts. */
type Token = 'any' | ((character: string) => boolean);

/** A name's pattern, or `**` for any number of folders. */
type Segment = '**' | readonly Token[];

export interface GlobOptions {
  /** Whether wildcards match a dot at the beginning of a name. */
  readonly hidden?: boolean;
  /** Whether `{a,b}` are alternatives. */
  readonly braces?: boolean;
}

/**
 * A pattern of paths: `*` and `?` stay in their folder, `**` does not, `[…]` is one of several characters, and a
 * backslash makes the next character literal. Case-sensitive. The time to match is bounded by the length of the pattern
 * times that of the path: regular expressions made of patterns take seconds for `*a*a*a*b`.
 */
export class Glob {
  readonly #alternatives: readonly (readonly Segment[])[];
  readonly #hidden: boolean;

  /** @param pattern with forward slashes, without one at the beginning or end */
  constructor(pattern: string, { hidden = true, braces = false }: GlobOptions = {}) {
    const alternatives = braces ? expandBraces(pattern) : [pattern];
    this.#alternatives = alternatives.map((one) => withoutTail(one.split('/').map(parseSegment)));
    this.#hidden = hidden;
  }

  matches(path: string): boolean {
    const names = path.split('/');
    return this.#alternatives.some((segments) => this.#states(segments, names).has(segments.length));
  }

  /** Whether it may match something below a folder. */
  reaches(folder: string): boolean {
    const names = folder.split('/');
    return this.#alternatives.some((segments) =>
      [...this.#states(segments, names)].some((state) => state < segments.length),
    );
  }

  /** The positions in the pattern that are possible after the names. */
  #states(segments: readonly Segment[], names: readonly string[]): ReadonlySet<number> {
    let states = reach(segments, [0]);
    for (const name of names) {
      const next: number[] = [];
      for (const at of states) {
        const segment = segments[at];
        if (segment === '**' && (this.#hidden || !name.startsWith('.'))) next.push(at);
        else if (segment !== undefined && segment !== '**' && this.#matchesName(segment, name)) next.push(at + 1);
      }
      states = reach(segments, next);
    }
    return states;
  }

  #matchesName(tokens: readonly Token[], name: string): boolean {
    const [first] = tokens;
    const isWildcard = first === 'any' || (first !== undefined && first('.') && first('a'));
    return (this.#hidden || !name.startsWith('.') || !isWildcard) && matchesTokens(tokens, Array.from(name));
  }
}

/** Whether a name matches a pattern without folders, in which `*` and `?` match every character. */
export function matchesName(pattern: string, name: string): boolean {
  return matchesTokens(parseTokens(pattern), Array.from(name));
}

/** `a/**` matches what is in `a`, not `a` itself. */
function withoutTail(segments: readonly Segment[]): readonly Segment[] {
  return segments.at(-1) === '**' ? [...segments, ['any']] : segments;
}

/** Adds the positions behind each `**`, which may match no folder. */
function reach(segments: readonly Segment[], states: readonly number[]): ReadonlySet<number> {
  const reached = new Set<number>();
  for (let at of states) {
    for (; !reached.has(at); at++) {
      reached.add(at);
      if (segments[at] !== '**') break;
    }
  }
  return reached;
}

/** Goes back to the last `*` only: what it leaves to the later ones does not matter. */
function matchesTokens(tokens: readonly Token[], characters: readonly string[]): boolean {
  let [at, token, star, starAt] = [0, 0, -1, 0];
  while (at < characters.length) {
    const current = tokens[token];
    if (current === 'any') {
      star = token++;
      starAt = at;
    } else if (current?.(characters[at] ?? '') === true) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  return tokens.slice(token).every((rest) => rest === 'any');
}

function parseSegment(text: string): Segment {
  return text === '**' ? '**' : parseTokens(text);
}

function parseTokens(text: string): Token[] {
  const characters = Array.from(text);
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    const end = character === '[' ? classEnd(characters, at) : -1;
    if (character === '*') tokens.push('any');
    else if (character === '?') tokens.push(() => true);
    else if (end > at) {
      tokens.push(characterClass(characters.slice(at + 1, end)));
      at = end;
    } else {
      const literal = character === '\\' ? (characters[++at] ?? character) : character;
      tokens.push((one) => one === literal);
    }
  }
  return tokens;
}

/** Position of the bracket that ends a class; a bracket that begins it is a member. */
function classEnd(characters: readonly string[], start: number): number {
  const first = /[!^]/.test(characters[start + 1] ?? '') ? start + 2 : start + 1;
  return characters.indexOf(']', first + 1);
}

function characterClass(characters: readonly string[]): (character: string) => boolean {
  const isNegated = /[!^]/.test(characters[0] ?? '');
  const members = isNegated ? characters.slice(1) : characters;
  const ranges: [string, string][] = [];
  for (let at = 0; at < members.length; at++) {
    const from = members[at] ?? '';
    const to = members[at + 1] === '-' ? members[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== isNegated;
}

/** `a{b,c}` as `ab` and `ac`. A pattern without a complete pair of braces is taken as it is. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    const parts = /^(.*)(?<!\\)\{((?:[^{}\\]|\\.)*)\}(.*)$/s.exec(text);
    if (parts === null || open.length + done.length > MAX_ALTERNATIVES) {
      done.push(text);
      continue;
    }
    const [, before = '', inside = '', after = ''] = parts;
    open.push(...inside.split(',').map((one) => before + one + after));
  }
  return done.slice(0, MAX_ALTERNATIVES);
}

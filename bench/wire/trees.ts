import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files by path. */
export type Tree = ReadonlyMap<string, Uint8Array>;

/** Random numbers and bytes, the same in every run. */
class Noise {
  readonly #seed: string;
  #counter = 0;
  #state: number;

  constructor(seed: string) {
    this.#seed = seed;
    this.#state = createHash('sha256').update(seed).digest().readUInt32BE();
  }

  bytes(size: number): Uint8Array {
    const parts: Buffer[] = [];
    for (let length = 0; length < size; length += 64) {
      parts.push(createHash('sha512').update(`${this.#seed}:${this.#counter++}`).digest());
    }
    return Buffer.concat(parts).subarray(0, size);
  }

  /** A whole number below `limit`, from Marsaglia's xorshift. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

const SYLLABLES =
  'con ver ta ble re que st han dler par se str ing buf fer con text node tree in dex val ue op tion set get'.split(
    ' ',
  );

/** Names of an invented project, used over and over in it. */
function vocabulary(noise: Noise, count: number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + noise.below(3) }, () => noise.pick(SYLLABLES)).join(''),
  );
}

/** Source text such as people write it: few kinds of lines, names that recur, comments. */
function source(noise: Noise, names: readonly string[], size: number): Uint8Array {
  const name = (): string => noise.pick(names);
  const lines: string[] = [];
  const kinds: readonly (() => string)[] = [
    () => `  const ${name()} = ${name()}.${name()}(${name()}, ${noise.below(100)});`,
    () => `  if (${name()} === undefined) return ${name()};`,
    () => `import { ${name()}, ${name()} } from './${name()}.js';`,
    () => `export function ${name()}(${name()}, ${name()} = ${noise.below(1000)}) {`,
    () => `  // The ${name()} of a ${name()} is not the ${name()} that its ${name()} has.`,
    () => `  throw new Error(\`Unknown ${name()}: \${${name()}}\`);`,
    () => '}',
    () => '',
  ];
  for (let length = 0; length < size;) {
    const line = noise.pick(kinds)();
    lines.push(line);
    length += line.length + 1;
  }
  return Buffer.from(lines.join('\n')).subarray(0, size);
}

/** One text of this size. */
export function largeText(seed: string, size: number): Uint8Array {
  const noise = new Noise(seed);
  return source(noise, vocabulary(noise, 5_000), size);
}

/** As a library's package: 200 files of text, 900 kB. */
export function textTree(seed: string): Map<string, Uint8Array> {
  const noise = new Noise(seed);
  const names = vocabulary(noise, 400);
  const tree = new Map<string, Uint8Array>();
  for (let index = 0; index < 200; index++) {
    const folder = noise.pick(['lib', 'lib/internal', 'test', 'docs', 'examples']);
    tree.set(`${folder}/${noise.pick(names)}-${index}.js`, source(noise, names, 500 + noise.below(8_000)));
  }
  return tree;
}

/** As a program's package: 1,000 files, of which each tenth is an image, some are large, and many are short. */
export function mixedTree(seed: string): Map<string, Uint8Array> {
  const noise = new Noise(seed);
  const names = vocabulary(noise, 900);
  const tree = new Map<string, Uint8Array>();
  for (let index = 0; index < 1_000; index++) {
    const folder = `${noise.pick(names.slice(0, 12))}/${noise.pick(names.slice(12, 30))}`;
    const path = `${folder}/${noise.pick(names)}-${index}`;
    if (index % 10 === 0) tree.set(`${path}.png`, noise.bytes(1_000 + noise.below(12_000)));
    else if (index % 250 === 1) tree.set(`${path}.json`, source(noise, names, 400_000));
    else tree.set(`${path}.ts`, source(noise, names, 100 + noise.below(noise.below(4) === 0 ? 20_000 : 3_000)));
  }
  return tree;
}

/** The tree with other text in one of twenty files. */
export function changedTree(tree: Tree, seed: string): Map<string, Uint8Array> {
  const noise = new Noise(seed);
  const names = vocabulary(noise, 100);
  return new Map(
    [...tree].map(([path, bytes], index) => {
      if (index % 20 !== 0) return [path, bytes];
      const half = bytes.length >> 1;
      return [path, Buffer.concat([bytes.subarray(0, half), source(noise, names, bytes.length - half)])];
    }),
  );
}

export async function writeTree(root: string, name: string, version: string, tree: Tree): Promise<void> {
  const manifest = { name, version, license: 'MIT', description: 'A package of a benchmark' };
  const files = new Map([
    ...tree,
    ['package.json', Buffer.from(JSON.stringify(manifest))],
    ['README.md', Buffer.from(`# ${name}\n`)],
  ]);
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
  }
}

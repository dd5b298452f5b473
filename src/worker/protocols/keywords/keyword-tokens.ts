import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import type { PackageMetadata } from '../../../shared/model.ts';
import { RAW } from '../../dag/codecs.ts';

/** Shorter ones are in everything, longer ones are not typed by anybody. In characters. */
const MIN_TOKEN_LENGTH = 2;
const MAX_TOKEN_LENGTH = 64;
/** Tokens of one package: a record with hundreds of words must not cost hundreds of DHT entries. */
const MAX_TOKENS_PER_PACKAGE = 24;
const TOKEN_KEY_PREFIX = 'ggen:keyword:';

/** The tokens of a text, each once: letters and digits, lower case, without accents. */
export function tokensOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain
    .split(/[^\p{L}\p{N}]+/u)
    .filter(({ length }) => length >= MIN_TOKEN_LENGTH && length <= MAX_TOKEN_LENGTH);
  return [...new Set(words)];
}

/** Tokens under which a package is to be found, the telling ones first: name, tags, categories, title. */
export function packageTokens(name: string, { tags, categories, title }: PackageMetadata): string[] {
  const all = [name, ...tags, ...categories, title].flatMap(tokensOf);
  return [...new Set(all)].slice(0, MAX_TOKENS_PER_PACKAGE);
}

/** DHT key of a token: providers of `sha2-256("ggen:keyword:" + token)`, as a raw CID. */
export async function tokenKey(token: string): Promise<CID> {
  return CID.createV1(RAW, await sha256.digest(new TextEncoder().encode(TOKEN_KEY_PREFIX + token)));
}

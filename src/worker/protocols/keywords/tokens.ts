import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import type { PackageMetadata } from '../../../shared/model.ts';
import { RAW } from '../../dag/codecs.ts';
import { MAX_TOKENS_PER_PACKAGE, MAX_TOKEN_LENGTH, MIN_TOKEN_LENGTH } from './limits.ts';

const TOKEN_KEY_PREFIX = 'ggen:keyword:';

/** The tokens of a text, each once: letters and digits, lower case, without accents. */
export function tokensOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain
    .split(/[^\p{L}\p{N}]+/u)
    .filter(({ length }) => length >= MIN_TOKEN_LENGTH && length <= MAX_TOKEN_LENGTH);
  return [...new Set(words)];
}

/** Tokens by which a package is found, the most specific first: name, tags, categories, title. */
export function packageTokens(name: string, { tags, categories, title }: PackageMetadata): string[] {
  const all = [name, ...tags, ...categories, title].flatMap(tokensOf);
  return [...new Set(all)].slice(0, MAX_TOKENS_PER_PACKAGE);
}

/** DHT key of a token: providers of `sha2-256("ggen:keyword:" + token)`, as a raw CID. */
export async function tokenKey(token: string): Promise<CID> {
  return CID.createV1(RAW, await sha256.digest(new TextEncoder().encode(TOKEN_KEY_PREFIX + token)));
}

/** Reads the metadata of a record from its wire form. */

import { LIMITS } from '../../shared/limits.ts';
import type { PackageMetadata } from '../../shared/model.ts';
import { recordFault } from './record-faults.ts';
import { readMap, readText, readTexts } from './wire-fields.ts';
import type { WireFields } from './wire-fields.ts';
import type { TextRule } from './record-text.ts';

export const METADATA_RULES = {
  title: { max: LIMITS.titleLength },
  description: { max: LIMITS.descriptionLength, empty: true, lines: true },
  category: { max: LIMITS.categoryLength },
  tag: { max: LIMITS.tagLength },
  license: { max: LIMITS.textLength, empty: true },
  author: { max: LIMITS.textLength },
  url: { max: LIMITS.textLength },
} as const satisfies Record<string, TextRule>;

const REQUIRED = ['title', 'description', 'categories', 'tags', 'license', 'authors'];
const URLS = ['homepage', 'repository', 'documentation'] as const;
/**
 * Printable ASCII without characters that end a link in Markdown or HTML: `"`, `<`, `>`, `\`, `^`, `` ` ``, `{`, `|`,
 * `}`.
 */
const URL_PATTERN = /^https?:\/\/[!#-;=?-[\]_a-z~]+$/;

/** @throws GgenError RecordInvalid */
export function readMetadata(value: unknown): PackageMetadata {
  const fields = readMap(value, 'metadata', REQUIRED, URLS);
  return {
    title: readText(fields['title'], 'metadata.title', METADATA_RULES.title),
    description: readText(fields['description'], 'metadata.description', METADATA_RULES.description),
    categories: readTexts(fields['categories'], 'metadata.categories', LIMITS.categories, METADATA_RULES.category),
    tags: readTexts(fields['tags'], 'metadata.tags', LIMITS.tags, METADATA_RULES.tag),
    license: readText(fields['license'], 'metadata.license', METADATA_RULES.license),
    authors: readTexts(fields['authors'], 'metadata.authors', LIMITS.authors, METADATA_RULES.author),
    ...readUrls(fields),
  };
}

/** Whether a record may contain the link: http or https, printable ASCII, no user name or password. */
export function isRecordUrl(text: string): boolean {
  if (!URL_PATTERN.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === '' && url.password === '' && url.hostname !== '';
}

function readUrls(fields: WireFields): Pick<PackageMetadata, (typeof URLS)[number]> {
  const present = URLS.filter((name) => Object.hasOwn(fields, name));
  return Object.fromEntries(present.map((name) => [name, readUrl(fields[name], `metadata.${name}`)]));
}

function readUrl(value: unknown, field: string): string {
  const text = readText(value, field, METADATA_RULES.url);
  if (!isRecordUrl(text)) throw recordFault('bad-url', `${field} is not an http or https address`, field);
  return text;
}

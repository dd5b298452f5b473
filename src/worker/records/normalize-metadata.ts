/** Converts a manifest's metadata to the form of records. */

import { LIMITS } from '../../shared/limits.ts';
import type { PackageMetadata } from '../../shared/model.ts';
import { METADATA_RULES, isRecordUrl } from './read-metadata.ts';
import { normalizeText } from './record-text.ts';
import type { TextRule } from './record-text.ts';

/**
 * Returns metadata that `encodePayload` accepts for any manifest: texts are normalized and cut, lists lose empty and
 * duplicate entries and are cut, links that are not http or https are dropped. An empty title becomes `name`.
 */
export function normalizeMetadata(metadata: PackageMetadata, name: string): PackageMetadata {
  return {
    title: normalizeText(metadata.title, METADATA_RULES.title) || name,
    description: normalizeText(metadata.description, METADATA_RULES.description),
    categories: normalizeList(metadata.categories, METADATA_RULES.category, LIMITS.categories),
    tags: normalizeList(metadata.tags, METADATA_RULES.tag, LIMITS.tags),
    license: normalizeText(metadata.license, METADATA_RULES.license),
    authors: normalizeList(metadata.authors, METADATA_RULES.author, LIMITS.authors),
    ...normalizeUrl('homepage', metadata.homepage),
    ...normalizeUrl('repository', metadata.repository),
    ...normalizeUrl('documentation', metadata.documentation),
  };
}

function normalizeList(texts: readonly string[], rule: TextRule, max: number): readonly string[] {
  const normalized = texts.map((text) => normalizeText(text, rule)).filter((text) => text !== '');
  return [...new Set(normalized)].slice(0, max);
}

/** npm writes repositories as `git+https://…`. Characters beyond ASCII become punycode and percent escapes. */
function normalizeUrl<Name extends string>(name: Name, text: string | undefined): Partial<Record<Name, string>> {
  const trimmed = text?.trim().replace(/^git\+(?=https?:)/, '') ?? '';
  const url = isRecordUrl(trimmed) ? trimmed : URL.canParse(trimmed) ? new URL(trimmed).href : '';
  const fits = url.length <= METADATA_RULES.url.max && isRecordUrl(url);
  return (fits ? { [name]: url } : {}) as Partial<Record<Name, string>>;
}

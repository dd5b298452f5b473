/** What a manifest says of a package, brought into the form that records have. */

import { LIMITS } from '../../shared/defaults.ts';
import type { PackageMetadata } from '../../shared/model.ts';
import { METADATA_RULES, isRecordUrl } from './read-metadata.ts';
import { tidyText } from './text.ts';
import type { TextRule } from './text.ts';

/**
 * Metadata that `encodePayload` accepts, whatever stood in the manifest: texts cleaned and cut, lists without empty or
 * repeated entries and cut, addresses that are not http or https left out. An empty title becomes `name`.
 */
export function tidyMetadata(metadata: PackageMetadata, name: string): PackageMetadata {
  return {
    title: tidyText(metadata.title, METADATA_RULES.title) || name,
    description: tidyText(metadata.description, METADATA_RULES.description),
    categories: tidyList(metadata.categories, METADATA_RULES.category, LIMITS.categories),
    tags: tidyList(metadata.tags, METADATA_RULES.tag, LIMITS.tags),
    license: tidyText(metadata.license, METADATA_RULES.license),
    authors: tidyList(metadata.authors, METADATA_RULES.author, LIMITS.authors),
    ...tidyUrl('homepage', metadata.homepage),
    ...tidyUrl('repository', metadata.repository),
    ...tidyUrl('documentation', metadata.documentation),
  };
}

function tidyList(texts: readonly string[], rule: TextRule, most: number): readonly string[] {
  const tidy = texts.map((text) => tidyText(text, rule)).filter((text) => text !== '');
  return [...new Set(tidy)].slice(0, most);
}

/** npm writes repositories as `git+https://…`; letters beyond ASCII become punycode and percent escapes. */
function tidyUrl<Name extends string>(name: Name, text: string | undefined): Partial<Record<Name, string>> {
  const plain = text?.trim().replace(/^git\+(?=https?:)/, '') ?? '';
  const url = isRecordUrl(plain) ? plain : URL.canParse(plain) ? new URL(plain).href : '';
  const fits = url.length <= METADATA_RULES.url.max && isRecordUrl(url);
  return (fits ? { [name]: url } : {}) as Partial<Record<Name, string>>;
}

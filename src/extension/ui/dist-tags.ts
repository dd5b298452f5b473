import type { PackageSummary } from '../../shared/model.ts';

/** The dist-tags that name a version, `latest` first. */
export function distTagsAt(
  { latest, distTags = [] }: Pick<PackageSummary, 'latest' | 'distTags'>,
  version: string,
): readonly string[] {
  const set = distTags.filter((one) => one.tag !== 'latest' && one.version === version).map(({ tag }) => tag);
  return version === latest ? ['latest', ...set] : set;
}

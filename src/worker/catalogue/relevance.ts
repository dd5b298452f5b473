import type { PackageSummary } from '../../shared/model.ts';

/** Similarity below which two names have nothing to do with each other (ggen's figure). */
const SIMILAR = 0.7;

/** Words of a text as the full-text index sees them. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * FTS5 expression that matches every word of `text` as a prefix; undefined when the text has no word, which matches
 * everything. Each word is quoted, so nothing that a user types is taken as syntax.
 */
export function fullTextQuery(text: string): string | undefined {
  const all = words(text);
  return all.length === 0 ? undefined : all.map((word) => `"${word}"*`).join(' ');
}

/**
 * How well a package answers a text: 100 for the exact name, else 50 for a name that contains it, else 30 times the
 * similarity of the names above 0.7; 20 for a description that contains it; 10 for each word and tag that match
 * (ggen's relevance).
 */
export function relevance(text: string, { name, title, description, tags }: PackageSummary): number {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return 0;
  const similarity = diceSimilarity(name, wanted);
  let score = 0;
  if (name === wanted) score += 100;
  else if (name.includes(wanted)) score += 50;
  else if (similarity > SIMILAR) score += 30 * similarity;
  if (description.toLowerCase().includes(wanted)) score += 20;
  const known = new Set(words(`${name} ${title} ${description}`));
  const tagged = new Set(tags.map((tag) => tag.toLowerCase()));
  for (const word of words(text)) {
    if (known.has(word)) score += 10;
    if (tagged.has(word)) score += 10;
  }
  return score;
}

/** Sørensen–Dice coefficient over pairs of neighbouring characters, 0 to 1. */
export function diceSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  if (a.length < 2 || b.length < 2) return 0;
  const pairs = new Map<string, number>();
  for (let i = 0; i < a.length - 1; i++) {
    const pair = a.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  let common = 0;
  for (let i = 0; i < b.length - 1; i++) {
    const pair = b.slice(i, i + 2);
    const left = pairs.get(pair) ?? 0;
    if (left > 0) {
      pairs.set(pair, left - 1);
      common++;
    }
  }
  return (2 * common) / (a.length + b.length - 2);
}

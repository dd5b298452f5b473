/** Validates and orders versions by Semantic Versioning 2.0. */

import semver from 'semver';
import { LIMITS } from '../../shared/limits.ts';

/** Lower case, so that two tags never differ in letter case only. */
const DIST_TAG = /^[a-z](?:[a-z0-9]|[.-](?=[a-z0-9]))*$/;

const DIGITS = /^[0-9]+$/;

/** Whether the text is exactly a semver 2.0 version (no `v`, no spaces) with numbers in the safe range. */
export function isVersion(text: string): boolean {
  if (text.length > LIMITS.versionLength) return false;
  const parsed = semver.parse(text);
  if (parsed === null) return false;
  const build = parsed.build.length === 0 ? '' : `+${parsed.build.join('.')}`;
  // Pre-release numbers above 2^53 - 1 would compare as equal although they differ.
  const countable = parsed.prerelease.every((part) => typeof part === 'number' || !DIGITS.test(part));
  return countable && `${parsed.version}${build}` === text;
}

/** Whether the text is a version range in npm's syntax. An exact version is one, too. */
export function isVersionRange(text: string): boolean {
  return text.length <= LIMITS.versionLength && semver.validRange(text) !== null;
}

/** Whether the text can be a dist-tag. As in npm it must not be a range, such as `v1` and `x`. */
export function isDistTag(text: string): boolean {
  return text.length <= LIMITS.distTagLength && DIST_TAG.test(text) && semver.validRange(text) === null;
}

/** Whether the text is what a dependency may ask for: a version, a range, or a dist-tag. */
export function isRequirement(text: string): boolean {
  return isVersionRange(text) || isDistTag(text);
}

export function isPrerelease(version: string): boolean {
  return semver.prerelease(version) !== null;
}

/** Whether two versions differ in build metadata at most, so that no range tells them apart. */
export function hasSamePrecedence(a: string, b: string): boolean {
  return semver.compare(a, b) === 0;
}

/**
 * Total order of versions: semver precedence; then build metadata by part, numbers by value and below words, fewer
 * parts below more (semver's rule for pre-releases); then the text. Negative, zero (equal texts) or positive.
 */
export function compareVersions(a: string, b: string): number {
  const byPrecedence = semver.compare(a, b);
  if (byPrecedence !== 0 || a === b) return byPrecedence;
  return compareBuild(buildOf(a), buildOf(b)) || (a < b ? -1 : 1);
}

function buildOf(version: string): readonly string[] {
  const plus = version.indexOf('+');
  return plus < 0 ? [] : version.slice(plus + 1).split('.');
}

function compareBuild(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(part, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [DIGITS.test(a), DIGITS.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  // Compares numbers by the length of their digits first, so that they may have any length.
  const [left, right] = aIsNumber ? [a.replace(/^0+/, ''), b.replace(/^0+/, '')] : [a, b];
  if (aIsNumber && left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

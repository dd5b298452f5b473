import { shortPublisherId } from '../../../identity/publisher-id.ts';
import { GgenError } from '../../../shared/errors.ts';
import { compareVersions } from '../../records/versions.ts';
import type { Candidate, Wish } from './selection.ts';

/** Most versions and wishes that one sentence names. */
const MOST = 5;

/**
 * Why no version of a package suits everybody: who wants what, and what there is. The same sentence for one who wants it and
 * for many.
 */
export function conflict(candidate: Candidate, wishes: readonly Wish[]): GgenError {
  const there = candidate.releases
    .filter(({ yanked }) => !yanked)
    .map(({ version }) => version)
    .sort((a, b) => compareVersions(b, a));
  const known = there.length === 0 ? 'All of its versions were withdrawn' : `There are ${list(there)}`;
  const who = wishes.map((wish) => `${wisher(wish)} ${wish.by === '' ? 'want' : 'wants'} ${wish.requirement}`);
  return new GgenError(
    'DependencyConflict',
    `No version of '${candidate.name}' (by ${shortPublisherId(candidate.publisher)}) suits everybody: ${list(who, '; ')}. ${known}.`,
    {
      details: {
        id: candidate.id,
        wants: wishes.map(({ by, version, requirement }) => `${by}${by === '' ? '' : `@${version}`} ${requirement}`),
        versions: there,
      },
    },
  );
}

/** What a package needs cannot be found. */
export function missing(id: string, wish: Wish, cause: GgenError): GgenError {
  return new GgenError(
    'DependencyMissing',
    `${capital(wisher(wish))} needs '${id}' ${wish.requirement}, which cannot be had: ${cause.message}`,
    { details: { id, by: wish.by, requirement: wish.requirement }, cause },
  );
}

/** `you`, or name and version. */
export function wisher({ by, version }: Pick<Wish, 'by' | 'version'>): string {
  return by === '' ? 'you' : `'${by.slice(by.indexOf('/') + 1)}' ${version}`;
}

function list(parts: readonly string[], separator = ', '): string {
  const more = parts.length - MOST;
  return [...parts.slice(0, MOST), ...(more > 0 ? [`${more} more`] : [])].join(separator);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

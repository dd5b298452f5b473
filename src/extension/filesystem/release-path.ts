import { parsePackageId } from '../../identity/publisher-id.ts';

/** Scheme of the read-only file system that shows releases. */
export { RELEASE_SCHEME } from '../../shared/contributions.ts';

/** One release of a package, by its exact version. */
export interface ReleaseRef {
  /** `publisher/name`. */
  readonly id: string;
  readonly version: string;
}

/** A file or folder in a release. */
export interface ReleasePath extends ReleaseRef {
  readonly name: string;
  /** Relative to the release's root, with forward slashes; empty for the root. */
  readonly path: string;
}

const RELEASE_PATH_PATTERN = /^\/([^/@]+\/[^/@]+)@([^/]+)(?:\/(.*))?$/s;
/** Ranges are excluded: the content of a range changes with new releases. */
const EXACT_VERSION_PATTERN = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/**
 * The path of a `ggen:` URI: `/<publisher>/<name>@<version>/<path in the release>`. The publisher is in the path,
 * because VS Code lowercases authorities and publisher IDs are case-sensitive.
 */
export function releasePath({ id, version }: ReleaseRef, path = ''): string {
  return `/${id}@${version}${path === '' ? '' : `/${path}`}`;
}

/** Parse the path of a `ggen:` URI; undefined when it has another form. */
export function parseReleasePath(text: string): ReleasePath | undefined {
  const [, id = '', version = '', path = ''] = RELEASE_PATH_PATTERN.exec(text) ?? [];
  if (!EXACT_VERSION_PATTERN.test(version)) return undefined;
  try {
    const { publisher, name } = parsePackageId(`${id}@${version}`);
    return publisher === undefined ? undefined : { id, name, version, path: path.replace(/\/$/, '') };
  } catch {
    return undefined;
  }
}

/** The release in the form of the engine's requests: `publisher/name@version`. */
export function releaseText({ id, version }: ReleaseRef): string {
  return `${id}@${version}`;
}

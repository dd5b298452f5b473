import { parsePackageId } from '../../identity/publisher-id.ts';

/** Scheme of the read-only file system that shows releases. */
export { RELEASE_SCHEME } from '../../shared/contributions.ts';

/** One release of a package, by its exact version. */
export interface ReleaseRef {
  /** `publisher/name`. */
  readonly id: string;
  readonly version: string;
}

/** A file or folder of a release. */
export interface ReleasePath extends ReleaseRef {
  readonly name: string;
  /** Relative to the release's root, with forward slashes; empty for the root. */
  readonly path: string;
}

const RELEASE_PATH_PATTERN = /^\/([^/@]+\/[^/@]+)@([^/]+)(?:\/(.*))?$/s;
/** A range would name other content tomorrow. */
const EXACT_VERSION_PATTERN = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/**
 * Path of a `ggen:` URI: `/<publisher>/<name>@<version>/<path in the release>`. The publisher stands in the path, because
 * VS Code lower-cases authorities, and publisher ids are told apart by case.
 */
export function releasePath({ id, version }: ReleaseRef, path = ''): string {
  return `/${id}@${version}${path === '' ? '' : `/${path}`}`;
}

/** The release and the path in it that a URI's path names; undefined when it is not of the form. */
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

/** What the engine calls a release. */
export function releaseText({ id, version }: ReleaseRef): string {
  return `${id}@${version}`;
}

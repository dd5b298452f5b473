import * as vscode from 'vscode';
import { parseReleasePath, releasePath, RELEASE_SCHEME } from './release-path.ts';
import type { ReleasePath, ReleaseRef } from './release-path.ts';

/** The URI of a file or folder in a release: `ggen:/<publisher>/<name>@<version>/<path>`. */
export function releaseUri(release: ReleaseRef, path = ''): vscode.Uri {
  return vscode.Uri.from({ scheme: RELEASE_SCHEME, path: releasePath(release, path) });
}

/** Parse a `ggen:` URI; undefined for other URIs. */
export function parseReleaseUri(uri: vscode.Uri): ReleasePath | undefined {
  return uri.scheme === RELEASE_SCHEME && uri.authority === '' ? parseReleasePath(uri.path) : undefined;
}

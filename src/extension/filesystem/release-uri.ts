import * as vscode from 'vscode';
import { parseReleasePath, releasePath, RELEASE_SCHEME } from './release-path.ts';
import type { ReleasePath, ReleaseRef } from './release-path.ts';

/** `ggen:/<publisher>/<name>@<version>/<path>`: how VS Code names a file or folder of a release. */
export function releaseUri(release: ReleaseRef, path = ''): vscode.Uri {
  return vscode.Uri.from({ scheme: RELEASE_SCHEME, path: releasePath(release, path) });
}

/** Undefined when it is no such URI. */
export function parseReleaseUri(uri: vscode.Uri): ReleasePath | undefined {
  return uri.scheme === RELEASE_SCHEME && uri.authority === '' ? parseReleasePath(uri.path) : undefined;
}

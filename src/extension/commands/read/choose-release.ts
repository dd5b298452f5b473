import * as vscode from 'vscode';
import { GgenError, errorMessage } from '../../../shared/errors.ts';
import type { Release } from '../../../shared/model.ts';
import { callWithTimeout } from '../../engine/call-with-timeout.ts';
import type { ReleaseRef } from '../../filesystem/release-path.ts';
import { parseReleaseUri } from '../../filesystem/release-uri.ts';
import type { Services } from '../../services.ts';
import { isPackageNode } from '../../views/package-nodes.ts';
import { pickPackage } from '../search/pick-package.ts';

const { t } = vscode.l10n;
const QUERY_TIMEOUT_MS = 30_000;

/** A release to read. */
export interface ChosenRelease extends ReleaseRef {
  readonly name: string;
}

/**
 * The release of a command: that of the tree item or `ggen:` URI, the latest one of the item's package, or the latest
 * one of a package that the user searches. Undefined when the user cancels.
 *
 * @throws GgenError as `listVersions` of the engine
 */
export async function chooseRelease(
  services: Services,
  argument: unknown,
  title: string,
): Promise<ChosenRelease | undefined> {
  const named = argument instanceof vscode.Uri ? parseReleaseUri(argument) : undefined;
  if (named !== undefined) return { id: named.id, name: named.name, version: named.version };
  if (isPackageNode(argument) && argument.kind === 'release') {
    const { id, name } = argument.summary;
    return { id, name, version: argument.release.version };
  }
  const summary = isPackageNode(argument) ? argument.summary : await pickPackage(services, title);
  if (summary === undefined) return undefined;
  const { id, name, latest } = summary;
  return { id, name, version: latest ?? (await newestOf(services, id, name)) };
}

/** The releases of a package, newest first. */
export async function releasesOf({ client }: Services, id: string): Promise<readonly Release[]> {
  const engine = await client.engine();
  const releases = await callWithTimeout(QUERY_TIMEOUT_MS, undefined, (signal) =>
    engine.listVersions({ id }, { signal }),
  );
  return releases.toReversed();
}

/** Yanked releases count too: they can be read, but not installed. */
async function newestOf(services: Services, id: string, name: string): Promise<string> {
  const [newest] = await releasesOf(services, id);
  if (newest === undefined) throw new GgenError('VersionNotFound', t('{0} has no releases.', name));
  return newest.version;
}

/** Start the node; when that fails, reading continues with local blocks. */
export async function startNodeIfPossible({ node, log }: Services, signal?: AbortSignal): Promise<void> {
  try {
    await node.start(signal);
  } catch (error) {
    signal?.throwIfAborted();
    log.warn(`The node could not be started for reading: ${errorMessage(error)}`);
  }
}

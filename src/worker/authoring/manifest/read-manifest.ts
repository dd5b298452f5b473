import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { checkPath } from '../../paths/path-safety.ts';
import { ManifestSyntaxError, type ManifestDocument } from './document.ts';
import { ManifestFields } from './manifest-fields.ts';
import { findManifest, isManifestFile, kindOf, readerFor } from './manifest-formats.ts';
import { parseManifest } from './parse-manifest.ts';
import type { Manifest } from './manifest.ts';
import { emptyManifest, normalizeManifest } from './normalize-manifest.ts';
import { DiagnosticCollector } from './diagnostic-collector.ts';
import { readSource } from './manifest-source.ts';
import { RelatedManifests } from './related-manifests.ts';

export interface ReadManifestOptions {
  readonly signal?: AbortSignal | undefined;
  /** The version to publish instead of the manifest's. */
  readonly version?: string | undefined;
}

/**
 * Reads a project's manifest. Errors in the file become diagnostics, never exceptions.
 *
 * @param root absolute path of the project's folder
 * @param requested manifest relative to the root; the preferred one when omitted
 * @throws GgenError ManifestNotFound, UnsafePath, InvalidRequest (`version` is none)
 */
export async function readManifest(
  root: string,
  requested: string | undefined,
  { signal, version }: ReadManifestOptions = {},
): Promise<Manifest> {
  signal?.throwIfAborted();
  const path = requested === undefined ? await discover(root) : checkRequested(requested);
  const source = await readSource(root, path).catch((error: unknown) => {
    throw manifestNotFoundError(`Cannot read the manifest ${path}.`, root, error);
  });
  signal?.throwIfAborted();
  if ('diagnostic' in source) return emptyManifest(kindOf(path), path, [source.diagnostic]);
  try {
    return await readDocument(root, path, parseManifest(path, source.text), version);
  } catch (error) {
    if (!(error instanceof ManifestSyntaxError)) throw error;
    const message = `Cannot read the manifest: ${error.message}.`;
    const diagnostic = { severity: 'error', code: 'manifest-syntax', message, path, ...error.position } as const;
    return emptyManifest(kindOf(path), path, [diagnostic]);
  }
}

async function readDocument(
  root: string,
  path: string,
  document: ManifestDocument,
  version: string | undefined,
): Promise<Manifest> {
  const report = new DiagnosticCollector(path, document.locate);
  const fields = new ManifestFields(document.root, [], report);
  const reader = readerFor(posix.basename(path), fields);
  const raw = await reader.read(fields, { path, related: new RelatedManifests(root, report) });
  return normalizeManifest(report, { kind: reader.kind, path, version }, raw);
}

async function discover(root: string): Promise<string> {
  const names = await readdir(root).catch((error: unknown) => {
    throw manifestNotFoundError(`Cannot read the folder ${root}.`, root, error);
  });
  const found = findManifest(names);
  if (found !== undefined) return found;
  throw manifestNotFoundError(
    `No manifest found in ${root}. Add a gpack.toml, or open a folder with one of: ${MANIFEST_FILES.join(', ')}.`,
    root,
  );
}

function checkRequested(requested: string): string {
  const reason = checkPath(requested);
  if (reason !== undefined) {
    throw new GgenError('UnsafePath', `The manifest path "${escapeInvisibleCharacters(requested)}" ${reason}.`, {
      details: { path: requested },
    });
  }
  if (isManifestFile(posix.basename(requested))) return requested;
  throw new GgenError(
    'ManifestNotFound',
    `${requested} is not a supported manifest. Supported manifests: ${MANIFEST_FILES.join(', ')}.`,
  );
}

function manifestNotFoundError(message: string, root: string, cause?: unknown): GgenError {
  return new GgenError('ManifestNotFound', message, { details: { root }, cause });
}

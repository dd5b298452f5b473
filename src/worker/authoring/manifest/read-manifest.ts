import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { Diagnostic } from '../../../shared/model.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { checkPath } from '../../paths/path-safety.ts';
import type { ParsedManifest, SyntaxProblem } from './document.ts';
import { ManifestFields } from './manifest-fields.ts';
import { findManifest, isManifestFile, kindOf, readerFor } from './manifest-formats.ts';
import { parseManifest, syntaxDiagnostic } from './parse-manifest.ts';
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
  return await readDocument(root, path, parseManifest(path, source.text), version);
}

async function readDocument(
  root: string,
  path: string,
  { document, problems }: ParsedManifest,
  version: string | undefined,
): Promise<Manifest> {
  const syntax = problems.map((problem) => syntaxDiagnostic(path, problem));
  if (document === undefined) return emptyManifest(kindOf(path), path, syntax);
  const report = new DiagnosticCollector(path, document.locate);
  const fields = new ManifestFields(document.root, [], report);
  const reader = readerFor(posix.basename(path), fields);
  const raw = await reader.read(fields, { path, related: new RelatedManifests(root, report) });
  reportDuplicates(report, document.duplicates ?? []);
  const manifest = normalizeManifest(report, { kind: reader.kind, path, version }, raw);
  if (syntax.length === 0) return manifest;
  const others = manifest.diagnostics.filter((one) => isIndependent(one, syntax));
  return emptyManifest(manifest.kind, path, [...syntax, ...others]);
}

function reportDuplicates(report: DiagnosticCollector, duplicates: readonly SyntaxProblem[]): void {
  for (const { message: key, position } of duplicates) {
    const shown = escapeInvisibleCharacters(key.slice(0, LIMITS.nameLength));
    report.addAt(
      'warning',
      'manifest-key-twice',
      `"${shown}" is defined more than once; the last definition counts.`,
      position,
    );
  }
}

/** Whether a finding is none that a syntax problem may have caused: about its line, or about something missing. */
function isIndependent({ code, line }: Diagnostic, syntax: readonly Diagnostic[]): boolean {
  if (code.endsWith('-missing') || code === 'manifest-no-package') return false;
  return !syntax.some((problem) => problem.line === line);
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

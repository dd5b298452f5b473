import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { MANIFEST_FILES } from '../../../shared/contributions.ts';
import { GgenError } from '../../../shared/errors.ts';
import { spellOut } from '../../paths/path-characters.ts';
import { checkPath } from '../../paths/path-safety.ts';
import { SyntaxFault, type ManifestDocument } from './document.ts';
import { Fields } from './fields.ts';
import { findManifest, isManifestFile, kindOf, readerFor } from './forms.ts';
import { parseJsonDocument } from './json-document.ts';
import type { Manifest } from './manifest.ts';
import { emptyManifest, normalise } from './normalise.ts';
import { Report } from './report.ts';
import { readSource } from './source.ts';
import { parseTomlDocument } from './toml-document.ts';

/**
 * Read a project's manifest. Whatever is wrong inside the file comes as diagnostics, never as an exception.
 *
 * @param root absolute path of the project's folder
 * @param requested manifest relative to the root; the preferred one when left out
 * @throws GgenError ManifestNotFound, UnsafePath
 */
export async function readManifest(
  root: string,
  requested: string | undefined,
  signal?: AbortSignal,
): Promise<Manifest> {
  signal?.throwIfAborted();
  const path = requested === undefined ? await discover(root) : checkRequested(requested);
  const source = await readSource(root, path).catch((error: unknown) => {
    throw notFound(`The manifest ${path} cannot be read.`, root, error);
  });
  signal?.throwIfAborted();
  if ('fault' in source) return emptyManifest(kindOf(path), path, [source.fault]);
  try {
    return await readDocument(root, path, parse(path, source.text));
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const message = `The manifest cannot be read: ${error.message}.`;
    const fault = { severity: 'error', code: 'manifest-syntax', message, path, ...error.position } as const;
    return emptyManifest(kindOf(path), path, [fault]);
  }
}

async function readDocument(root: string, path: string, document: ManifestDocument): Promise<Manifest> {
  const report = new Report(path, document.locate);
  const fields = new Fields(document.root, [], report);
  const reader = readerFor(posix.basename(path), fields);
  const raw = await reader.read(fields, { path, readTable: (other) => readTable(root, other) });
  return normalise(report, reader.kind, path, raw);
}

/** A second manifest that the first one refers to. Its own faults are shown when it is published itself. */
async function readTable(root: string, path: string): Promise<ManifestDocument['root'] | undefined> {
  if (checkPath(path) !== undefined) return undefined;
  const source = await readSource(root, path).catch(() => undefined);
  if (source === undefined || 'fault' in source) return undefined;
  try {
    return parse(path, source.text).root;
  } catch (error) {
    if (error instanceof SyntaxFault) return undefined;
    throw error;
  }
}

function parse(path: string, text: string): ManifestDocument {
  return path.endsWith('.json') ? parseJsonDocument(text) : parseTomlDocument(text);
}

async function discover(root: string): Promise<string> {
  const names = await readdir(root).catch((error: unknown) => {
    throw notFound(`The folder ${root} cannot be read.`, root, error);
  });
  const found = findManifest(names);
  if (found !== undefined) return found;
  throw notFound(
    `There is no manifest in ${root}. Add a gpack.toml, or open a folder with one of: ${MANIFEST_FILES.join(', ')}.`,
    root,
  );
}

function checkRequested(requested: string): string {
  const reason = checkPath(requested);
  if (reason !== undefined) {
    throw new GgenError('UnsafePath', `The manifest's path "${spellOut(requested)}" ${reason}.`, {
      details: { path: requested },
    });
  }
  if (isManifestFile(posix.basename(requested))) return requested;
  throw new GgenError('ManifestNotFound', `${requested} is no manifest. Known are ${MANIFEST_FILES.join(', ')}.`);
}

function notFound(message: string, root: string, cause?: unknown): GgenError {
  return new GgenError('ManifestNotFound', message, { details: { root }, cause });
}

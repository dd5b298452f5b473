import { posix } from 'node:path';
import { LIMITS, PRIVATE_FINGERPRINT } from '../../../shared/limits.ts';
import type { Diagnostic, ManifestKind, PackageMetadata } from '../../../shared/model.ts';
import { escapeInvisibleCharacters } from '../../paths/invisible-characters.ts';
import { checkPath } from '../../paths/path-safety.ts';
import { cleanDependencies, dependencyId } from './dependency.ts';
import type { SourcePosition } from './document.ts';
import { cleanLink } from './link.ts';
import type { EntryPoint, Located, Manifest, ManifestPattern, ManifestPositions, RawManifest } from './manifest.ts';
import { packageName } from './package-name.ts';
import type { DiagnosticCollector } from './diagnostic-collector.ts';
import { cleanText } from './clean-text.ts';
import { packageVersion } from './package-version.ts';

/**
 * Converts what a reader found into the published form, and reports changed and missing fields.
 *
 * @param options `version`: the version to publish instead of the manifest's
 * @throws GgenError InvalidRequest when that version is none
 */
export function normalizeManifest(
  report: DiagnosticCollector,
  options: { readonly kind: ManifestKind; readonly path: string; readonly version?: string | undefined },
  raw: RawManifest,
): Manifest {
  const { kind, path } = options;
  if (raw.noPackageReason !== undefined) {
    report.add('error', 'manifest-no-package', raw.noPackageReason.value, raw.noPackageReason.at);
    return emptyManifest(kind, path, report.diagnostics);
  }
  const name = packageName(report, raw);
  const readme = readmePath(report, path, raw.readme);
  const version = packageVersion(report, raw, kind, options.version);
  const metadata = normalizeMetadata(report, raw, name);
  const dependencies = cleanDependencies(report, raw.dependencies);
  reportPrivate(report, raw);
  const optional = {
    ...(raw.include === undefined ? {} : { include: patterns(report, raw.include) }),
    ...(raw.exclude === undefined ? {} : { exclude: patterns(report, raw.exclude) }),
    ...(readme === undefined ? {} : { readme }),
    ...(raw.npm === undefined ? {} : { npm: raw.npm }),
    ...(raw.cargo === undefined ? {} : { cargo: raw.cargo }),
    ...(raw.python === undefined ? {} : { python: raw.python }),
    ...(raw.entryPoints === undefined ? {} : { entryPoints: entryPoints(report, raw.entryPoints) }),
  };
  return {
    kind,
    path,
    name,
    version,
    metadata,
    dependencies,
    ...optional,
    positions: sourcePositions(report, raw),
    diagnostics: report.diagnostics,
  };
}

function patterns(report: DiagnosticCollector, raw: readonly Located<string>[]): ManifestPattern[] {
  return raw.map(({ value, at }) => ({ value, line: report.positionOf(at).line }));
}

function entryPoints(report: DiagnosticCollector, raw: NonNullable<RawManifest['entryPoints']>): EntryPoint[] {
  return raw.map(({ key, value, at }) => ({ key, target: value, ...report.positionOf(at) }));
}

/** A private project is published only when its publisher accepts that. All its statements need one acceptance. */
function reportPrivate(report: DiagnosticCollector, { privacy = [], license: written }: RawManifest): void {
  const isUnlicensed = written?.value.trim().toUpperCase() === 'UNLICENSED';
  const statements = [...privacy, ...(isUnlicensed ? [{ value: 'the license is UNLICENSED', at: written.at }] : [])];
  const [first] = statements;
  if (first === undefined) return;
  const message =
    `This project is private: ${statements.map(({ value }) => value).join(', and ')}. ` +
    'Everyone on the network will be able to read what you publish. This cannot be undone. ' +
    'Publish it elsewhere, change the manifest, or confirm when you publish.';
  report.addAcceptable('project-private', message, first.at, PRIVATE_FINGERPRINT);
}

/** A manifest without content, with the diagnostics that explain why. */
export function emptyManifest(kind: ManifestKind, path: string, diagnostics: readonly Diagnostic[]): Manifest {
  const metadata = { title: '', description: '', categories: [], tags: [], license: '', authors: [] };
  return {
    kind,
    path,
    name: '',
    version: '',
    metadata,
    dependencies: [],
    positions: { dependencies: new Map() },
    diagnostics,
  };
}

function sourcePositions(report: DiagnosticCollector, { name, version, dependencies }: RawManifest): ManifestPositions {
  const known = dependencies.map(({ id, at }) => [dependencyId(id), report.positionOf(at)] as const);
  const named = known.filter((entry): entry is [string, SourcePosition] => entry[0] !== undefined);
  return {
    ...(name === undefined ? {} : { name: report.positionOf(name.at) }),
    ...(version === undefined ? {} : { version: report.positionOf(version.at) }),
    // Of duplicate dependencies the first one counts, so it is entered last.
    dependencies: new Map(named.reverse()),
  };
}

function normalizeMetadata(report: DiagnosticCollector, raw: RawManifest, name: string): PackageMetadata {
  return {
    title: cleanText(report, raw.title ?? asText(raw.name), { what: 'title', maxLength: LIMITS.titleLength }) ?? name,
    description: describe(report, raw),
    categories: cleanList(report, raw.categories.map(lowerCase), {
      what: 'category',
      plural: 'categories',
      maxItems: LIMITS.categories,
      maxLength: LIMITS.categoryLength,
    }),
    tags: cleanList(report, raw.tags.map(lowerCase), {
      what: 'tag',
      plural: 'tags (keywords)',
      maxItems: LIMITS.tags,
      maxLength: LIMITS.tagLength,
    }),
    license: license(report, raw),
    authors: cleanList(report, raw.authors, {
      what: 'author',
      plural: 'authors',
      maxItems: LIMITS.authors,
      maxLength: LIMITS.textLength,
    }),
    ...links(report, raw),
  };
}

function links(
  report: DiagnosticCollector,
  raw: RawManifest,
): Pick<PackageMetadata, 'homepage' | 'repository' | 'documentation'> {
  const homepage = cleanLink(report, raw.homepage, 'homepage');
  const repository = cleanLink(report, raw.repository, 'repository');
  const documentation = cleanLink(report, raw.documentation, 'documentation');
  return {
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

function describe(report: DiagnosticCollector, { description: written, packageTable }: RawManifest): string {
  const rules = { what: 'description', maxLength: LIMITS.descriptionLength, multiline: true };
  const description = cleanText(report, written, rules);
  if (description !== undefined) return description;
  const message = 'The manifest has no `description`. Add one to help others find the package.';
  report.add('warning', 'manifest-description-missing', message, written?.at ?? packageTable);
  return '';
}

function license(report: DiagnosticCollector, { license: written, packageTable }: RawManifest): string {
  const text = cleanText(report, written, { what: 'license', maxLength: LIMITS.textLength });
  if (text !== undefined) return text;
  const message = 'No license is specified, so others may not use the package. Add one, for example `license = "MIT"`.';
  report.add('warning', 'manifest-license-missing', message, written?.at ?? packageTable);
  return '';
}

function asText(located: Located<unknown> | undefined): Located<string> | undefined {
  return typeof located?.value === 'string' ? { value: located.value, at: located.at } : undefined;
}

interface ListRules {
  readonly what: string;
  readonly plural: string;
  readonly maxItems: number;
  readonly maxLength: number;
}

function cleanList(report: DiagnosticCollector, list: readonly Located<string>[], rules: ListRules): string[] {
  const texts = list.map((text) => cleanText(report, text, rules)).filter((text) => text !== undefined);
  const distinct = [...new Set(texts)];
  if (distinct.length > rules.maxItems) {
    const message = `There are ${distinct.length} ${rules.plural}; only the first ${rules.maxItems} are published.`;
    report.add('warning', 'manifest-list-cut', message, list[0]?.at.slice(0, -1));
  }
  return distinct.slice(0, rules.maxItems);
}

/** Categories and tags are compared for equality, so they are lower case. */
function lowerCase({ value, at }: Located<string>): Located<string> {
  return { value: value.toLowerCase(), at };
}

/** Path of the README that the manifest names, relative to the project's root. */
function readmePath(
  report: DiagnosticCollector,
  manifest: string,
  written: Located<string> | undefined,
): string | undefined {
  if (written === undefined || written.value.trim() === '') return undefined;
  const path = posix.join(posix.dirname(manifest), written.value.trim().replaceAll('\\', '/'));
  const reason = checkPath(path);
  if (reason === undefined) return path.normalize('NFC');
  const message = `The README "${escapeInvisibleCharacters(path)}" ${reason}; the usual README names are used instead.`;
  report.add('warning', 'manifest-readme', message, written.at);
  return undefined;
}

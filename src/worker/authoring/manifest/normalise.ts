import { posix } from 'node:path';
import { LIMITS } from '../../../shared/defaults.ts';
import type { Diagnostic, ManifestKind, PackageMetadata } from '../../../shared/model.ts';
import { spellOut } from '../../paths/path-characters.ts';
import { checkPath } from '../../paths/path-safety.ts';
import { cleanDependencies, dependencyId } from './dependency.ts';
import type { Position } from './document.ts';
import { cleanLink } from './link.ts';
import type { Located, Manifest, ManifestPlaces, RawManifest } from './manifest.ts';
import { packageName } from './name.ts';
import type { Report } from './report.ts';
import { cleanText } from './text.ts';
import { packageVersion } from './version.ts';

/** Bring what a reader found into the form that is published, and report what had to be changed or is missing. */
export function normalise(report: Report, kind: ManifestKind, path: string, raw: RawManifest): Manifest {
  if (raw.noPackage !== undefined) {
    report.add('error', 'manifest-no-package', raw.noPackage.value, raw.noPackage.at);
    return emptyManifest(kind, path, report.diagnostics);
  }
  const name = packageName(report, raw);
  const readme = readmePath(report, path, raw.readme);
  const optional = {
    ...(raw.include === undefined ? {} : { include: raw.include.map(({ value }) => value) }),
    ...(raw.exclude === undefined ? {} : { exclude: raw.exclude.map(({ value }) => value) }),
    ...(readme === undefined ? {} : { readme }),
  };
  return {
    kind,
    path,
    name,
    version: packageVersion(report, raw),
    metadata: normaliseMetadata(report, raw, name),
    dependencies: cleanDependencies(report, raw.dependencies),
    ...optional,
    places: places(report, raw),
    diagnostics: report.diagnostics,
  };
}

/** What is returned of a manifest that says nothing, with the reasons. */
export function emptyManifest(kind: ManifestKind, path: string, diagnostics: readonly Diagnostic[]): Manifest {
  const metadata = { title: '', description: '', categories: [], tags: [], license: '', authors: [] };
  return {
    kind,
    path,
    name: '',
    version: '',
    metadata,
    dependencies: [],
    places: { dependencies: new Map() },
    diagnostics,
  };
}

function places(report: Report, { name, version, dependencies }: RawManifest): ManifestPlaces {
  const known = dependencies.map(({ id, at }) => [dependencyId(id), report.place(at)] as const);
  const named = known.filter((entry): entry is [string, Position] => entry[0] !== undefined);
  return {
    ...(name === undefined ? {} : { name: report.place(name.at) }),
    ...(version === undefined ? {} : { version: report.place(version.at) }),
    // From the end: of a dependency that is there twice the first one counts.
    dependencies: new Map(named.reverse()),
  };
}

function normaliseMetadata(report: Report, raw: RawManifest, name: string): PackageMetadata {
  return {
    title: cleanText(report, raw.title ?? asText(raw.name), { what: 'title', limit: LIMITS.titleLength }) ?? name,
    description: describe(report, raw),
    categories: cleanList(report, raw.categories.map(lowerCase), {
      what: 'category',
      whats: 'categories',
      most: LIMITS.categories,
      limit: LIMITS.categoryLength,
    }),
    tags: cleanList(report, raw.tags.map(lowerCase), {
      what: 'tag',
      whats: 'tags (keywords)',
      most: LIMITS.tags,
      limit: LIMITS.tagLength,
    }),
    license: license(report, raw),
    authors: cleanList(report, raw.authors, {
      what: 'author',
      whats: 'authors',
      most: LIMITS.authors,
      limit: LIMITS.textLength,
    }),
    ...links(report, raw),
  };
}

function links(report: Report, raw: RawManifest): Pick<PackageMetadata, 'homepage' | 'repository' | 'documentation'> {
  const homepage = cleanLink(report, raw.homepage, 'homepage');
  const repository = cleanLink(report, raw.repository, 'repository');
  const documentation = cleanLink(report, raw.documentation, 'documentation');
  return {
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

function describe(report: Report, { description: written, home }: RawManifest): string {
  const rules = { what: 'description', limit: LIMITS.descriptionLength, multiline: true };
  const description = cleanText(report, written, rules);
  if (description !== undefined) return description;
  const message = 'There is no `description`. One sentence helps others to find the package.';
  report.add('warning', 'manifest-description-missing', message, written?.at ?? home);
  return '';
}

function license(report: Report, { license: written, home }: RawManifest): string {
  const text = cleanText(report, written, { what: 'licence', limit: LIMITS.textLength });
  if (text !== undefined) return text;
  const message = 'No licence is named, so nobody may use the package. Add one, for example `license = "MIT"`.';
  report.add('warning', 'manifest-license-missing', message, written?.at ?? home);
  return '';
}

function asText(located: Located<unknown> | undefined): Located<string> | undefined {
  return typeof located?.value === 'string' ? { value: located.value, at: located.at } : undefined;
}

interface ListRules {
  readonly what: string;
  readonly whats: string;
  readonly most: number;
  readonly limit: number;
}

function cleanList(report: Report, list: readonly Located<string>[], rules: ListRules): string[] {
  const texts = list.map((text) => cleanText(report, text, rules)).filter((text) => text !== undefined);
  const distinct = [...new Set(texts)];
  if (distinct.length > rules.most) {
    const message = `There are ${distinct.length} ${rules.whats}; the first ${rules.most} are published.`;
    report.add('warning', 'manifest-list-cut', message, list[0]?.at.slice(0, -1));
  }
  return distinct.slice(0, rules.most);
}

/** Searching for categories and tags is by equality, so they have one form. */
function lowerCase({ value, at }: Located<string>): Located<string> {
  return { value: value.toLowerCase(), at };
}

/** README as the manifest names it, from the project's root on. */
function readmePath(report: Report, manifest: string, written: Located<string> | undefined): string | undefined {
  if (written === undefined || written.value.trim() === '') return undefined;
  const path = posix.join(posix.dirname(manifest), written.value.trim().replaceAll('\\', '/'));
  const reason = checkPath(path);
  if (reason === undefined) return path.normalize('NFC');
  const message = `The README "${spellOut(path)}" ${reason}; it is looked for by its usual names.`;
  report.add('warning', 'manifest-readme', message, written.at);
  return undefined;
}

import { resolve } from 'node:path';
import { errorName } from '../../shared/errors.ts';
import type { InstalledPackage, KeptRelease, PackageDetails, Provider, Release } from '../../shared/model.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { View } from '../output/console.ts';
import { details, table } from '../output/table.ts';
import type { DetailRow } from '../output/table.ts';
import { ago, bytes, isoTime, roundScore } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import { distTagsOf } from './dist-tag.ts';
import { packageOperand } from './package-operand.ts';
import { publisherText } from './publishers.ts';
import { resolveOperand } from './resolve-operand.ts';

interface PackageInfo {
  readonly found: PackageDetails;
  /** The release that was asked for; the latest otherwise. Undefined when all are yanked. */
  readonly release: Release | undefined;
  readonly providers: readonly Provider[];
  readonly installed: readonly InstalledPackage[];
  readonly kept: readonly KeptRelease[];
}

export const info: CommandSpec = {
  name: 'info',
  summary: 'Show a package with its versions, dependencies, publisher, providers, license, and sizes',
  operands: 'ID',
  complete: 'package',
  reads: true,
  options: [...ENGINE_OPTIONS],
  notes: 'ID is publisher/name or name. ID@VERSION shows the dependencies and sizes of that version.',
  examples: ['ggen-p2p info rust-error-types', 'ggen-p2p info rust-error-types@0.2.1 --format json'],
  run: async (context) => {
    const named = packageOperand(context.flags.singleOperand('info requires exactly one package'));
    await withSession(await sessionOptions(context, 'optional'), async ({ engine }, signal) => {
      const operand = await resolveOperand(context, engine, named, signal);
      const asked =
        operand.version === undefined
          ? undefined
          : await engine.getPackageVersion({ id: operand.id, version: operand.version }, { signal });
      // After the release, so that the record is at least as new.
      const found = await engine.getPackage({ id: asked?.id ?? operand.id }, { signal });
      const version = asked?.release.version ?? found.latest;
      const shown: PackageInfo = {
        found,
        release: found.releases.find((release) => release.version === version),
        providers: await engine.providers({ id: found.id }, { signal }).catch(noProviders),
        installed: (await engine.installed({ folders: [resolve('.')] }, { signal })).filter(
          ({ id }) => id === found.id,
        ),
        kept: (await engine.kept({}, { signal })).filter(({ id }) => id === found.id),
      };
      context.console.result(infoOutput(shown), (view) => formatInfo(shown, view));
    });
    return EXIT.done;
  },
};

/** A package whose providers are not known is no error here. */
function noProviders(error: unknown): readonly Provider[] {
  if (errorName(error) === 'PackageNotFound') return [];
  throw error;
}

function infoOutput({ found, release, providers, installed, kept }: PackageInfo): Readonly<Record<string, unknown>> {
  const { metadata } = found;
  return {
    package_id: found.id,
    publisher: found.publisher,
    publisher_state: found.publisherState ?? null,
    name: found.name,
    title: metadata.title,
    description: metadata.description,
    license: metadata.license,
    authors: metadata.authors,
    categories: metadata.categories,
    tags: metadata.tags,
    homepage: metadata.homepage ?? null,
    repository: metadata.repository ?? null,
    documentation: metadata.documentation ?? null,
    latest: found.latest ?? null,
    dist_tags: distTagsOf(found),
    updated_at: isoTime(found.updated),
    own: found.published,
    contested: found.contested ?? [],
    installed: installed.map(({ version, path }) => ({ version, path })),
    kept: kept.map(({ version }) => version),
    providers: providers.map(({ peer, reputation }) => ({ peer_id: peer, reputation: roundScore(reputation) })),
    release: release === undefined ? null : releaseOutput(release),
    versions: found.releases.map(({ version, published, size, files, yanked }) => ({
      version,
      published_at: isoTime(published),
      size,
      files,
      yanked,
    })),
  };
}

function releaseOutput(release: Release): Readonly<Record<string, unknown>> {
  const { version, root, size, files, kind, published, yanked, dependencies } = release;
  return {
    version,
    root,
    size,
    files,
    manifest: kind,
    published_at: isoTime(published),
    yanked,
    dependencies: dependencies.map(({ id, requirement, optional }) => ({ package: id, requirement, optional })),
  };
}

function formatInfo(shown: PackageInfo, view: View): string {
  const { found, release } = shown;
  const parts = [
    [view.head(`${found.name}${release === undefined ? '' : `@${release.version}`}`), found.metadata.description]
      .filter((line) => line !== '')
      .join('\n'),
    details(infoRows(shown, view), view),
  ];
  if (release !== undefined && release.dependencies.length > 0) {
    const rows = release.dependencies.map(({ id, requirement, optional }) => [
      id,
      requirement,
      optional ? 'optional' : '',
    ]);
    parts.push(table([{ title: 'DEPENDENCY', whole: true }, { title: 'REQUIREMENT' }, { title: '' }], rows, view));
  }
  const versions = found.releases
    .toReversed()
    .map((one) => [
      one.version,
      tagsAt(found, one.version),
      ago(one.published),
      bytes(one.size),
      String(one.files),
      one.yanked ? 'yanked' : found.contested?.includes(one.version) === true ? 'conflicting content' : '',
    ]);
  const columns = [
    { title: 'VERSION' },
    { title: 'DIST-TAGS' },
    { title: 'PUBLISHED' },
    { title: 'SIZE', right: true },
    { title: 'FILES', right: true },
    { title: '' },
  ];
  parts.push(table(columns, versions, view));
  return parts.join('\n\n');
}

/** The dist-tags that name a version. */
function tagsAt(found: PackageDetails, version: string): string {
  const tags = Object.entries(distTagsOf(found)).filter(([, tagged]) => tagged === version);
  return tags.map(([tag]) => tag).join(', ');
}

function infoRows({ found, release, providers, installed, kept }: PackageInfo, view: View): DetailRow[] {
  const { metadata } = found;
  const optional = (name: string, value: string | undefined): DetailRow[] =>
    value === undefined || value === '' ? [] : [[name, value]];
  return [
    ['id', found.id],
    ['publisher', publisherText({ publisher: found.publisher, own: found.published, state: found.publisherState })],
    ['license', metadata.license === '' ? '-' : metadata.license],
    ...(release === undefined
      ? ([['version', 'all versions are yanked', view.warn]] as const)
      : ([
          ['size', `${bytes(release.size)} in ${release.files} files`],
          ['root', release.root],
        ] as const)),
    ...optional('authors', metadata.authors.join(', ')),
    ...optional('categories', metadata.categories.join(', ')),
    ...optional('tags', metadata.tags.join(', ')),
    ...optional('homepage', metadata.homepage),
    ...optional('repository', metadata.repository),
    ...optional('documentation', metadata.documentation),
    ...installed.map(({ version, path }): DetailRow => ['installed', `${version} in ${path}`]),
    ...optional('kept', kept.map(({ version }) => version).join(', ')),
    ['providers', providers.length === 0 ? 'none known' : String(providers.length)],
    ...providers.map(({ peer, reputation }): DetailRow => ['', `${peer} (reputation ${reputation.toFixed(2)})`]),
  ];
}

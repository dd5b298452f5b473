import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Engine } from '../../shared/api/index.ts';
import { errorName } from '../../shared/errors.ts';
import type { InstalledPackage, PackageDetails, PublisherState } from '../../shared/model.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { LOCAL_OPTIONS, sessionOptions } from '../session/session-options.ts';
import { EXIT } from '../errors/exit-codes.ts';
import type { View } from '../output/console.ts';
import { table } from '../output/table.ts';
import { isoTime } from '../output/units.ts';
import { withSession } from '../session/session.ts';

/** `unverified`: its files were not compared with the release yet. */
type InstalledState = 'intact' | 'changed' | 'missing' | 'unverified';

interface ListedPackage {
  readonly package_id: string;
  readonly version: string;
  /** Newest version that is known here; null when no record of the package is known. */
  readonly latest: string | null;
  readonly outdated: boolean;
  readonly yanked: boolean;
  /** What the user decided about the publisher. */
  readonly publisher_state: PublisherState | null;
  readonly state: InstalledState;
  readonly path: string;
  readonly project: string | null;
  readonly root: string;
  readonly files: number;
  readonly size: number;
  readonly installed_at: string | null;
}

export const list: CommandSpec = {
  name: 'list',
  summary: 'List the packages installed on this machine, with their states',
  reads: true,
  options: [
    {
      long: 'project',
      value: 'DIR',
      complete: 'folder',
      help: 'only packages of this project',
    },
    { long: 'outdated', help: 'only packages with a newer version' },
    ...LOCAL_OPTIONS,
  ],
  notes:
    "The state is that of the last 'ggen-p2p verify': intact, changed, or unverified. It is missing if the folder no longer exists.\n" +
    'Only versions that this machine already knows are considered; the network is not queried.',
  examples: ['ggen-p2p list', 'ggen-p2p list --project . --outdated', 'ggen-p2p list --format json'],
  run: async (context) => {
    const { flags, console: output } = context;
    flags.noOperands('list');
    const project = flags.text('project');
    const folder = resolve(project ?? '.');
    // The engine names a project by its path without symbolic links.
    const realFolder = await realpath(folder).catch(() => folder);
    await withSession(await sessionOptions(context, 'none'), async ({ engine }, signal) => {
      const installed = (
        await engine.installed({ folders: [folder], strict: project !== undefined }, { signal })
      ).filter((one) => project === undefined || one.project === realFolder);
      const known = await knownPackages(engine, new Set(installed.map(({ id }) => id)), signal);
      const listed = await Promise.all(installed.map((one) => describeInstalled(one, known.get(one.id))));
      const packages = listed.filter(({ outdated }) => outdated || !flags.isEnabled('outdated')).sort(byNameAndPath);
      output.result({ packages, total: packages.length }, (view) => formatList(packages, view));
    });
    return EXIT.done;
  },
};

async function knownPackages(
  engine: Pick<Engine, 'getPackage'>,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, PackageDetails>> {
  const known = new Map<string, PackageDetails>();
  for (const id of ids) {
    try {
      known.set(id, await engine.getPackage({ id }, { signal }));
    } catch (error) {
      if (errorName(error) !== 'PackageNotFound') throw error;
    }
  }
  return known;
}

async function describeInstalled(one: InstalledPackage, known: PackageDetails | undefined): Promise<ListedPackage> {
  const position = (version: string | undefined): number =>
    known?.releases.findIndex((release) => release.version === version) ?? -1;
  const { id, version, path, project, root, files, size, installedAt } = one;
  const own = position(version);
  return {
    package_id: id,
    version,
    latest: known?.latest ?? null,
    // Releases are in ascending order.
    outdated: own >= 0 && position(known?.latest) > own,
    yanked: known?.releases[own]?.yanked ?? false,
    publisher_state: known?.publisherState ?? null,
    state: await installedState(one),
    path,
    project: project ?? null,
    root,
    files,
    size,
    installed_at: isoTime(installedAt),
  };
}

async function installedState({ path, changed }: InstalledPackage): Promise<InstalledState> {
  const exists = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!exists) return 'missing';
  if (changed === undefined) return 'unverified';
  return changed === 0 ? 'intact' : 'changed';
}

function byNameAndPath(a: ListedPackage, b: ListedPackage): number {
  const key = ({ package_id, path }: ListedPackage): string => `${package_id.split('/')[1] ?? ''}\n${path}`;
  return key(a) < key(b) ? -1 : 1;
}

function formatList(packages: readonly ListedPackage[], view: View): string {
  if (packages.length === 0) return 'No packages are installed.';
  const rows = packages.map(({ package_id, version, latest, outdated, yanked, publisher_state, state, path }) => [
    package_id.split('/')[1] ?? package_id,
    version,
    outdated ? (latest ?? '') : '',
    [state, ...(yanked ? ['yanked'] : []), ...(publisher_state === null ? [] : [`publisher ${publisher_state}`])].join(
      ', ',
    ),
    path,
    package_id,
  ]);
  const columns = [
    { title: 'NAME' },
    { title: 'VERSION' },
    { title: 'NEWER' },
    { title: 'STATE' },
    { title: 'FOLDER', whole: true },
    { title: 'ID', whole: true },
  ];
  return table(columns, rows, view);
}

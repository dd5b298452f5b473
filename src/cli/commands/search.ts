import { clockText, isClockWrong } from '../../shared/clock-text.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Engine } from '../../shared/api/index.ts';
import type { PackageSummary, PublisherState, SearchQuery, SearchSort } from '../../shared/model.ts';
import type { TypedQuery } from '../../shared/query-text.ts';
import { parseQueryText, typedOperand } from '../../shared/query-text.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { ENGINE_OPTIONS, sessionOptions } from '../session/session-options.ts';
import type { View } from '../output/console.ts';
import { table } from '../output/table.ts';
import { roundScore } from '../output/units.ts';
import { withSession } from '../session/session.ts';
import type { CommandSpec } from '../command-line/command-spec.ts';
import { UsageError } from '../command-line/usage-error.ts';
import { distTagsOf } from './dist-tag.ts';
import type { Flags } from '../command-line/flags.ts';

const SORTS: readonly SearchSort[] = ['relevance', 'updated', 'name', 'providers'];
/** Defaults that ggen documents. */
const DEFAULT_LIMIT = 20;
const DEFAULT_MIN_REPUTATION = 0.5;

interface FoundPackage {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly dist_tags: Readonly<Record<string, string>>;
  readonly description: string;
  readonly providers: readonly string[];
  readonly reputation: number | null;
  /** What the user decided about the publisher. */
  readonly publisher_state: PublisherState | null;
}

/** The shape that ggen documents. */
interface SearchOutput {
  readonly packages: readonly FoundPackage[];
  readonly local_count: number;
  readonly remote_count: number;
  readonly query_time_ms: number;
}

export const search: CommandSpec = {
  name: 'search',
  summary: 'Search this machine and the best connected peers',
  operands: 'QUERY…',
  reads: true,
  options: [
    {
      long: 'category',
      short: 'c',
      value: 'CATEGORY',
      repeatable: true,
      help: 'only packages in this category; repeatable',
    },
    {
      long: 'tags',
      short: 't',
      value: 'TAG',
      repeatable: true,
      help: 'only packages with any of these tags; repeatable',
    },
    { long: 'publisher', value: 'ID', repeatable: true, help: 'only packages of this publisher; repeatable' },
    {
      long: 'license',
      value: 'SPDX',
      repeatable: true,
      help: 'only packages under this license, for example MIT; repeatable',
    },
    { long: 'version', value: 'RANGE', help: 'only packages with a release in this range, for example ^1.2' },
    { long: 'yanked', help: 'include packages with only yanked versions' },
    {
      long: 'limit',
      short: 'l',
      value: 'N',
      help: `maximum number of packages, 1 to ${LIMITS.searchLimit} (default ${DEFAULT_LIMIT})`,
    },
    {
      long: 'min-reputation',
      value: 'SCORE',
      help: `only own packages and those with a provider of at least this reputation, 0 to 1 (default ${DEFAULT_MIN_REPUTATION})`,
    },
    {
      long: 'sort',
      value: 'ORDER',
      complete: SORTS,
      help: 'relevance, updated, name, or providers (default relevance)',
    },
    { long: 'local', help: 'search only this machine' },
    ...ENGINE_OPTIONS,
  ],
  notes:
    'QUERY accepts the same filters as the editor: tag:, category:, license:, publisher:, version:, reputation:, yanked:yes, sort:.\n' +
    "An empty QUERY ('') lists all packages.",
  examples: [
    'ggen-p2p search rust cli',
    "ggen-p2p search web license:mit 'version:>=1 <3' sort:updated",
    'ggen-p2p search database --tags sql -t web --limit 5',
    "ggen-p2p search '' --local --format json",
  ],
  run: async (context) => {
    const query = queryOf(context.flags);
    const local = context.flags.isEnabled('local');
    const options = await sessionOptions(context, local ? 'none' : 'needed');
    await withSession(options, async ({ engine }, signal) => {
      const { packages, localCount, remoteCount, elapsed } = await engine.search(query, { signal });
      const output: SearchOutput = {
        packages: await Promise.all(packages.map((found) => packageOutput(engine, found, signal))),
        local_count: localCount,
        remote_count: remoteCount,
        query_time_ms: Math.round(elapsed),
      };
      context.console.result(output, (view) => formatResults(output, view));
      const { clock } = await engine.status({}, { signal });
      // A clock that is behind rejects new records as ones of the future.
      if (packages.length === 0 && clock !== undefined && isClockWrong(clock))
        context.console.note(`warning: ${clockText(clock)} Set it, because new packages may be rejected.`);
    });
    return EXIT.done;
  },
};

/** The query of the operands alone. @throws UsageError for a filter with an invalid value */
function typedQuery(operands: readonly string[]): TypedQuery {
  const { query, ignored } = parseQueryText(operands.map(typedOperand).join(' '));
  const [refused] = ignored;
  if (refused !== undefined)
    throw new UsageError(`'${refused.value}' is not a valid value for the filter '${refused.key}:'.`);
  return query;
}

/** The query of the operands, whose filters add to those of the flags. A flag with one value is preferred to a filter. */
function queryOf(flags: Flags): SearchQuery {
  if (flags.operands.length === 0) throw new UsageError("Specify what to search for, or '' to list all packages.");
  const query = typedQuery(flags.operands);
  const sort = flags.text('sort') ?? query.sort;
  if (sort !== undefined && !isSort(sort))
    throw new UsageError(`--sort must be one of ${SORTS.join(', ')}, not '${sort}'.`);
  const version = flags.text('version') ?? query.version;
  const list = (flag: string, typed: readonly string[] = []): string[] => [
    ...new Set([...(flags.texts(flag) ?? []), ...typed]),
  ];
  return {
    text: query.text,
    categories: list('category', query.categories),
    tags: list('tags', query.tags),
    publishers: list('publisher', query.publishers),
    licenses: list('license', query.licenses),
    limit: flags.number('limit', 1, LIMITS.searchLimit) ?? DEFAULT_LIMIT,
    minReputation: flags.number('min-reputation', 0, 1, false) ?? query.minReputation ?? DEFAULT_MIN_REPUTATION,
    scope: flags.isEnabled('local') ? 'local' : 'network',
    ...(version === undefined ? {} : { version }),
    ...(flags.isEnabled('yanked') || query.includeYanked === true ? { includeYanked: true } : {}),
    ...(sort === undefined ? {} : { sort }),
  };
}

function isSort(text: string): text is SearchSort {
  return SORTS.some((sort) => sort === text);
}

async function packageOutput(
  engine: Pick<Engine, 'providers'>,
  found: PackageSummary,
  signal: AbortSignal,
): Promise<FoundPackage> {
  const providers = await engine.providers({ id: found.id }, { signal });
  const [best] = providers;
  return {
    id: found.id,
    name: found.name,
    version: found.latest ?? null,
    dist_tags: distTagsOf(found),
    description: found.description,
    providers: providers.map(({ peer }) => peer),
    reputation: found.published ? 1 : best === undefined ? null : roundScore(best.reputation),
    publisher_state: found.publisherState ?? null,
  };
}

function formatResults({ packages, local_count, remote_count, query_time_ms }: SearchOutput, view: View): string {
  const figures = view.dim(`${local_count} local, ${remote_count} from peers, ${query_time_ms} ms`);
  if (packages.length === 0) return `No packages found. Try fewer words or --min-reputation 0.\n${figures}`;
  // Most users have decided nothing about most publishers.
  const showsState = packages.some(({ publisher_state }) => publisher_state !== null);
  const rows = packages.map(({ name, version, description, providers, reputation, publisher_state, id }) => [
    name,
    version ?? 'yanked',
    description,
    String(providers.length),
    reputation === null ? '-' : reputation.toFixed(2),
    ...(showsState ? [publisher_state ?? ''] : []),
    id,
  ]);
  const columns = [
    { title: 'NAME' },
    { title: 'VERSION' },
    { title: 'DESCRIPTION', shrinks: true },
    { title: 'PEERS', right: true },
    { title: 'REPUTATION', right: true },
    ...(showsState ? [{ title: 'PUBLISHER' }] : []),
    { title: 'ID', whole: true },
  ];
  return `${table(columns, rows, view)}\n${figures}`;
}

import { CALL_NAMES } from '../../shared/api.ts';
import type { CallName, CallOptions, Calls, EngineCalls } from '../../shared/api.ts';
import { isAbort } from '../../shared/errors.ts';
import type { SearchResults } from '../../shared/model.ts';
import type { Metrics } from './metrics.ts';
import type { Attributes, SpanName } from './names.ts';
import { NO_SPAN } from './span.ts';
import type { SpanHandle, SpanOutcome } from './span.ts';
import type { Telemetry } from './telemetry.ts';

interface CallSpan<Name extends CallName> {
  readonly span: SpanName;
  readonly before?: (request: Calls[Name]['request']) => Attributes;
  readonly after?: (answer: Calls[Name]['response']) => Attributes;
  /** How it ended, where an answer may say that it failed. */
  readonly outcome?: (answer: Calls[Name]['response']) => SpanOutcome;
}

const receipt: Pick<CallSpan<'publish'>, 'after'> = {
  after: ({ id, version, announcedTo, dhtStored }) => ({
    package_id: id,
    package_version: version,
    announced_to: announcedTo,
    dht_stored: dhtStored,
  }),
};

/** Calls that are spans. Those that only read what is here are counted and timed, and not shown in traces. */
const CALL_SPANS: { readonly [Name in CallName]?: CallSpan<Name> } = {
  bootstrap: {
    span: 'bootstrap',
    after: ({ state }) => ({ 'p2p.bootstrap.peer_count': state === 'connected' ? 1 : 0 }),
    outcome: ({ state }) => (state === 'failed' ? 'error' : 'success'),
  },
  search: {
    span: 'search',
    before: ({ limit, scope = 'network' }) => ({ limit, scope }),
    after: ({ packages, localCount, remoteCount, peersAsked, peersAnswered }) => ({
      result_count: packages.length,
      local_count: localCount,
      remote_count: remoteCount,
      peers_asked: peersAsked,
      peers_answered: peersAnswered,
      cache_hit: peersAsked === 0,
    }),
  },
  publish: { span: 'publish', ...receipt },
  delete: { span: 'delete', ...receipt },
  draftRelease: {
    span: 'draft_release',
    after: ({ id, version, size }) => ({ package_id: id, package_version: version, package_size: size }),
  },
  install: {
    span: 'install',
    before: ({ id }) => ({ package_id: id }),
    after: ({ id, version, size }) => ({ package_id: id, package_version: version, package_size: size }),
  },
  planInstall: { span: 'plan_install', before: ({ mode }) => ({ mode }) },
  applyPlan: { span: 'apply_plan', after: (packages) => ({ result_count: packages.length }) },
  uninstall: { span: 'uninstall' },
  verifyInstalled: { span: 'verify_installed' },
  exportPackage: { span: 'export_package', before: ({ id }) => ({ package_id: id }) },
  importPackage: { span: 'import_package' },
  compareReleases: { span: 'compare_releases' },
};

type AnyCall = (request: unknown, options?: CallOptions<unknown>) => Promise<unknown>;

interface AnyCallSpan {
  readonly span: SpanName;
  readonly before?: (request: unknown) => Attributes;
  readonly after?: (answer: unknown) => Attributes;
  readonly outcome?: (answer: unknown) => SpanOutcome;
}

/** The same calls, each counted and timed, and those of `CALL_SPANS` in a span below the caller's. */
export function instrumented(calls: EngineCalls, telemetry: Telemetry): EngineCalls {
  return Object.fromEntries(
    CALL_NAMES.map((name) => {
      // Every call looks the same here: one request, one set of options.
      const shown = CALL_SPANS[name] as AnyCallSpan | undefined;
      const call = traced(measured(name, calls[name] as AnyCall, telemetry.metrics), shown, telemetry);
      return [name, call];
    }),
  ) as EngineCalls;
}

function traced(call: AnyCall, shown: AnyCallSpan | undefined, telemetry: Telemetry): AnyCall {
  if (shown === undefined)
    return (request, options) => telemetry.under(options?.traceparent, () => call(request, options));
  const work = (request: unknown, options: CallOptions<unknown> | undefined) => (handle: SpanHandle) =>
    handle === NO_SPAN ? call(request, options) : told(() => call(request, options), request, shown, handle);
  return (request, options) =>
    telemetry.under(options?.traceparent, () => telemetry.span(shown.span, {}, work(request, options)));
}

/** The call, with what its request and its answer say of it. */
async function told(
  call: () => Promise<unknown>,
  request: unknown,
  { before, after, outcome }: AnyCallSpan,
  span: SpanHandle,
): Promise<unknown> {
  if (before !== undefined) span.set(before(request));
  const answer = await call();
  if (after !== undefined) span.set(after(answer));
  if (outcome !== undefined) span.end(outcome(answer));
  return answer;
}

function measured(name: CallName, call: AnyCall, metrics: Metrics): AnyCall {
  const operation = operationOf(name);
  return async (request, options) => {
    const began = performance.now();
    let status = 'error';
    try {
      const answer = await call(request, options);
      status = 'ok';
      measureAnswer(name, answer, metrics);
      return answer;
    } catch (error) {
      if (isAbort(error)) status = 'cancelled';
      throw error;
    } finally {
      metrics.add('p2p_operations_total', { operation, status });
      metrics.record('p2p_operation_duration_ms', performance.now() - began, { operation });
    }
  };
}

function measureAnswer(name: CallName, answer: unknown, metrics: Metrics): void {
  if (name === 'search') {
    const { packages, peersAsked } = answer as SearchResults;
    metrics.add('p2p_searches_total', { cache_hit: String(peersAsked === 0) });
    metrics.record('p2p_search_results', packages.length);
  }
  if (name === 'publish') metrics.add('p2p_packages_published_total');
}

/** ggen's way of writing: `getPackage` is the operation `get_package`. */
export function operationOf(name: CallName): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

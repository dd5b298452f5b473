import { CALL_NAMES } from '../../shared/api/index.ts';
import type { CallName, CallOptions, Calls, EngineCalls } from '../../shared/api/index.ts';
import { isAbort } from '../../shared/errors.ts';
import type { SearchResults } from '../../shared/model.ts';
import type { Metrics } from './metrics.ts';
import type { Attributes, SpanName } from './names.ts';
import { NO_SPAN } from './span.ts';
import type { SpanHandle, SpanOutcome } from './span.ts';
import type { Telemetry } from './telemetry.ts';

interface CallSpan<Name extends CallName> {
  readonly span: SpanName;
  readonly requestAttributes?: (request: Calls[Name]['request']) => Attributes;
  readonly responseAttributes?: (answer: Calls[Name]['response']) => Attributes;
  /** How it ended, where an answer may say that it failed. */
  readonly outcome?: (answer: Calls[Name]['response']) => SpanOutcome;
}

const publishSpan: Pick<CallSpan<'publish'>, 'responseAttributes'> = {
  responseAttributes: ({ id, version, announcedTo, dhtStored }) => ({
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
    responseAttributes: ({ state }) => ({ 'p2p.bootstrap.peer_count': state === 'connected' ? 1 : 0 }),
    outcome: ({ state }) => (state === 'failed' ? 'error' : 'success'),
  },
  search: {
    span: 'search',
    requestAttributes: ({ limit, scope = 'network' }) => ({ limit, scope }),
    responseAttributes: ({ packages, localCount, remoteCount, peersAsked, peersAnswered }) => ({
      result_count: packages.length,
      local_count: localCount,
      remote_count: remoteCount,
      peers_asked: peersAsked,
      peers_answered: peersAnswered,
      cache_hit: peersAsked === 0,
    }),
  },
  publish: { span: 'publish', ...publishSpan },
  delete: { span: 'delete', ...publishSpan },
  draftRelease: {
    span: 'draft_release',
    responseAttributes: ({ id, version, size }) => ({ package_id: id, package_version: version, package_size: size }),
  },
  install: {
    span: 'install',
    requestAttributes: ({ id }) => ({ package_id: id }),
    responseAttributes: ({ id, version, size }) => ({ package_id: id, package_version: version, package_size: size }),
  },
  planInstall: { span: 'plan_install', requestAttributes: ({ mode }) => ({ mode }) },
  applyPlan: { span: 'apply_plan', responseAttributes: (packages) => ({ result_count: packages.length }) },
  uninstall: { span: 'uninstall' },
  verifyInstalled: { span: 'verify_installed' },
  exportPackage: { span: 'export_package', requestAttributes: ({ id }) => ({ package_id: id }) },
  importPackage: { span: 'import_package' },
  compareReleases: { span: 'compare_releases' },
};

type AnyCall = (request: unknown, options?: CallOptions<unknown>) => Promise<unknown>;

interface AnyCallSpan {
  readonly span: SpanName;
  readonly requestAttributes?: (request: unknown) => Attributes;
  readonly responseAttributes?: (answer: unknown) => Attributes;
  readonly outcome?: (answer: unknown) => SpanOutcome;
}

/** The same calls, each counted and timed, and those of `CALL_SPANS` in a span below the caller's. */
export function instrumented(calls: EngineCalls, telemetry: Telemetry): EngineCalls {
  return Object.fromEntries(
    CALL_NAMES.map((name) => {
      // Every call looks the same here: one request, one set of options.
      const callSpan = CALL_SPANS[name] as AnyCallSpan | undefined;
      const call = traced(measured(name, calls[name] as AnyCall, telemetry.metrics), callSpan, telemetry);
      return [name, call];
    }),
  ) as EngineCalls;
}

function traced(call: AnyCall, callSpan: AnyCallSpan | undefined, telemetry: Telemetry): AnyCall {
  if (callSpan === undefined)
    return (request, options) => telemetry.withParent(options?.traceparent, () => call(request, options));
  const work = (request: unknown, options: CallOptions<unknown> | undefined) => (handle: SpanHandle) =>
    handle === NO_SPAN
      ? call(request, options)
      : withAttributes(() => call(request, options), request, callSpan, handle);
  return (request, options) =>
    telemetry.withParent(options?.traceparent, () => telemetry.span(callSpan.span, {}, work(request, options)));
}

/** The call, with what its request and its answer say of it. */
async function withAttributes(
  call: () => Promise<unknown>,
  request: unknown,
  { requestAttributes, responseAttributes, outcome }: AnyCallSpan,
  span: SpanHandle,
): Promise<unknown> {
  if (requestAttributes !== undefined) span.set(requestAttributes(request));
  const answer = await call();
  if (responseAttributes !== undefined) span.set(responseAttributes(answer));
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
      if (isAbort(error)) status = 'canceled';
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

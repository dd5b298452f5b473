import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SearchResults } from '../src/shared/model.ts';
import { openCatalog } from '../src/worker/catalog/catalog.ts';
import type { Catalog } from '../src/worker/catalog/catalog.ts';
import { createLoggers } from '../src/worker/logging/logger.ts';
import { Scheduler } from '../src/worker/maintenance/scheduler.ts';
import { registryCalls } from '../src/worker/engine/calls/registry-calls.ts';
import { observeCall } from '../src/worker/telemetry/observe-call.ts';
import { Telemetry } from '../src/worker/telemetry/telemetry.ts';
import type { Figure, Round } from './figure.ts';
import { fillCatalog } from './search-corpus.ts';
import { medians, quantile } from './statistics.ts';

const PACKAGES = 500;
const ROUNDS = 5;
const TURNS = 80;
/** Searches timed together: one alone is too short for the clock. */
const BATCH = 10;
const SPANS = 10_000;
/** Two equal runs differ by as much on a busy machine; the figure of spans alone is the sharp one. */
const MAX_RATIO_UNSENT = 1.1;
const MAX_RATIO_SENT = 2;

/** Cost of spans and counters without an endpoint, and with one. */
export async function measureTelemetry(): Promise<readonly Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ggen-bench-telemetry-'));
  const server = createServer((request, response) => {
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const loggers = createLoggers(() => undefined);
  const scheduler = new Scheduler(loggers('bench'));
  const none = (): readonly [] => [];
  const telemetry = new Telemetry({
    version: '0.0.0-bench',
    scheduler,
    log: loggers('bench'),
    environment: '',
    gauges: {
      p2p_connected_peers: none,
      p2p_known_packages: none,
      p2p_peer_reputation: none,
      p2p_cache_size_bytes: none,
    },
  });
  const catalog = await openCatalog(dataDir);
  try {
    fillCatalog(catalog, PACKAGES);
    const unsent = await measureSearches(catalog, telemetry);
    const spans = await measureSpans(telemetry);
    await telemetry.setEndpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const sent = await measureSearches(catalog, telemetry);
    return [
      searches('not exported', unsent, MAX_RATIO_UNSENT),
      spans,
      searches('sent to a collector', sent, MAX_RATIO_SENT),
    ];
  } finally {
    await telemetry.close();
    await scheduler.stop();
    catalog.close();
    server.closeAllConnections();
    server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function searches(how: string, rounds: readonly Round[], maxRatio: number): Figure {
  return {
    title: `${BATCH} local searches, 6 spans each, ${how}`,
    unit: 'ms',
    rounds,
    baseline: 'the same without any span',
    ownBaseline: true,
    maxRatio,
  };
}

/** A local search with the spans of a fan-out over three peers around it, and the same without any. */
async function measureSearches(catalog: Catalog, telemetry: Telemetry): Promise<Round[]> {
  const find = (): unknown => catalog.packages.searchWithFacets({ text: 'par', limit: 20, offset: 0 });
  const answer = (): Promise<SearchResults> => {
    find();
    return Promise.resolve({ packages: [], peersAsked: 3 } as unknown as SearchResults);
  };
  const peers = ['a', 'b', 'c'];
  const asked = (): Promise<SearchResults> =>
    telemetry.span('query_dht_parallel', {}, async (span) => {
      await telemetry.span('select_best_peers', { limit: 3 }, () => Promise.resolve());
      await Promise.all(peers.map((peer_id) => telemetry.span('ask_peer', { peer_id }, () => Promise.resolve())));
      span.set({ 'p2p.dht.query.parallel.fan_out': 3 });
      return answer();
    });
  const observed = (): Promise<SearchResults> =>
    observeCall(telemetry, registryCalls.search, {
      operation: 'search',
      request: { text: 'par' },
      traceparent: undefined,
      run: asked,
    });
  await alternate(observed, answer);
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS) rounds.push(await alternate(observed, answer));
  return rounds;
}

type Search = () => Promise<SearchResults>;

/** The fastest tenth of the durations of each, measured in turns: other work on the machine makes rounds slower, never faster. */
async function alternate(measured: Search, baseline: Search): Promise<Round> {
  const durations = new Map([measured, baseline].map((search) => [search, [] as number[]]));
  for (let turn = 0; turn < TURNS; turn++) {
    for (const search of turn % 2 === 0 ? [measured, baseline] : [baseline, measured]) {
      const started = performance.now();
      for (let count = 0; count < BATCH; count++) await search();
      durations.get(search)?.push(performance.now() - started);
    }
  }
  const fastest = (search: Search): number => quantile(durations.get(search) ?? [], 0.1);
  return { value: fastest(measured), baseline: fastest(baseline) };
}

/** A span alone, against awaiting the work that it would hold. */
async function measureSpans(telemetry: Telemetry): Promise<Figure> {
  const work = (): Promise<void> => Promise.resolve();
  const rounds: Round[] = [];
  for (let round = 0; round < 4 * ROUNDS; round++) {
    const baseline = await timed(() => work());
    rounds.push({ value: await timed(() => telemetry.span('ask_peer', { peer_id: 'a' }, work)), baseline });
  }
  return {
    title: `${SPANS} spans, not exported`,
    unit: 'ms',
    rounds: medians(rounds, ROUNDS),
    baseline: 'awaiting the work alone',
    maxRatio: 1.9,
    aim: 10,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let count = 0; count < SPANS; count++) await work();
  return performance.now() - started;
}

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
import type { Figure } from './figure.ts';
import { line, median } from './figure.ts';
import { fillCatalog } from './search-corpus.ts';

const PACKAGES = 500;
const ROUNDS = 400;
/** Searches timed together: one alone is too short for the clock. */
const BATCH = 10;
const SPANS = 10_000;
/** Two equal runs differ by as much on a busy machine; the figure below it, of spans alone, is the sharp one. */
const MAX_OVERHEAD_RATIO = 1.1;

/** What spans and counters cost who does not send them anywhere, and who does. */
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
    const off = [await measureSearches('not sent anywhere', catalog, telemetry), await measureSpans(telemetry)];
    await telemetry.setEndpoint(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const on = await measureSearches('sent to a collector', catalog, telemetry);
    return [...off, { ...on, goal: rounded(2 * on.baseline.value) }];
  } finally {
    await telemetry.close();
    await scheduler.stop();
    catalog.close();
    server.closeAllConnections();
    server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A local search with the spans of a fan-out over three peers around it, and the same without any. */
async function measureSearches(how: string, catalog: Catalog, telemetry: Telemetry): Promise<Figure> {
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
      name: 'search',
      request: { text: 'par' },
      traceparent: undefined,
      run: asked,
    });
  const [baselineTimes, instrumentedTimes] = await alternate(answer, observed);
  const baseline = { title: 'the same without any span', value: baselineTimes };
  return {
    title: `${BATCH} local searches, 6 spans each, ${how}`,
    unit: 'ms',
    value: instrumentedTimes,
    goal: rounded(MAX_OVERHEAD_RATIO * baselineTimes),
    baseline,
  };
}

/** The quick tenth of the durations of each, taken in turns: what else the machine does makes rounds slower, never quicker. */
async function alternate(...all: readonly (() => Promise<SearchResults>)[]): Promise<readonly [number, number]> {
  const durations = all.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    const turns = [...all.entries()];
    for (const [index, search] of round % 2 === 0 ? turns : turns.toReversed()) {
      const started = performance.now();
      for (let count = 0; count < BATCH; count++) await search();
      durations[index]?.push(performance.now() - started);
    }
  }
  return [quick(durations[0]), quick(durations[1])];
}

function rounded(value: number): number {
  return Math.ceil(value * 100) / 100;
}

function quick(durations: readonly number[] = []): number {
  return median(durations.toSorted((a, b) => a - b).slice(0, ROUNDS / 5));
}

/** A span alone, against awaiting the work that it would hold. */
async function measureSpans(telemetry: Telemetry): Promise<Figure> {
  const work = (): Promise<void> => Promise.resolve();
  const times = { bare: [] as number[], spans: [] as number[] };
  for (let round = 0; round < 20; round++) {
    times.bare.push(await timed(() => work()));
    times.spans.push(await timed(() => telemetry.span('ask_peer', { peer_id: 'a' }, work)));
  }
  const baseline = { title: 'awaiting the work alone', value: median(times.bare) };
  return { title: `${SPANS} spans, not sent anywhere`, unit: 'ms', value: median(times.spans), goal: 10, baseline };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  for (let count = 0; count < SPANS; count++) await work();
  return performance.now() - started;
}

if (import.meta.main) {
  for (const figure of await measureTelemetry()) console.log(line(figure));
}

import type { Engine } from '../../shared/api/index.ts';
import type { EngineEvents } from '../../shared/events.ts';
import type { PackageSection, PackageSummary, PeerSummary } from '../../shared/model.ts';
import type { PeerEvent } from './events.ts';

const PAGE_SIZE = 500;

/** Print peers as they come, go and change. Returns the end of it. */
export function watchPeers(engine: Engine, print: (event: PeerEvent) => void): () => void {
  const known = new Map<string, PeerSummary>();
  return engine.subscribe('peers', ({ peers }) => {
    for (const peer of peers) {
      const before = known.get(peer.id);
      // Peers that are away, known from an earlier run, are no news.
      if (before === undefined && !peer.connected) continue;
      known.set(peer.id, peer);
      if (before !== undefined && !differs(before, peer)) continue;
      const { id, name, address, connected } = peer;
      print({ event: 'peer', id, name, address, connected });
    }
    const present = new Set(peers.map(({ id }) => id));
    for (const { id, name, address, connected } of [...known.values()]) {
      if (present.has(id)) continue;
      known.delete(id);
      if (connected) print({ event: 'peer', id, name, address, connected: false });
    }
  });
}

function differs(a: PeerSummary, b: PeerSummary): boolean {
  return a.connected !== b.connected || (b.connected && (a.name !== b.name || a.address !== b.address));
}

/** Print packages as they become known and get new versions. Returns the end of it. */
export function watchPackages(
  engine: Engine,
  print: (event: PeerEvent) => void,
  onError: (error: unknown) => void,
): () => void {
  const versions = new Map<string, string>();
  const visit = ({ id, name, latest, published }: PackageSummary): void => {
    if (latest === undefined || versions.get(id) === latest) return;
    versions.set(id, latest);
    print({ event: 'package', id, name, version: latest, published });
  };
  const scan = coalesced(async (events: readonly EngineEvents['packages'][]) => {
    const changed = events.some((event) => event.changed.length === 0) ? [] : events.flatMap((event) => event.changed);
    await scanPackages(engine, changed, visit);
  }, onError);
  return engine.subscribe('packages', scan);
}

/** Read the lists, newest first, until every changed package was seen; all of them when none is named. */
async function scanPackages(
  engine: Engine,
  changed: readonly string[],
  visit: (summary: PackageSummary) => void,
): Promise<void> {
  const remaining = new Set(changed);
  for (const section of ['published', 'network'] satisfies PackageSection[]) {
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const { packages } = await engine.listPackages({ section, offset, limit: PAGE_SIZE });
      for (const summary of packages) {
        visit(summary);
        remaining.delete(summary.id);
      }
      if (changed.length > 0 && remaining.size === 0) return;
      if (packages.length < PAGE_SIZE) break;
    }
  }
}

/** Run `work` on what came in; what comes meanwhile is gathered for one more run. */
function coalesced<T>(
  work: (items: readonly T[]) => Promise<void>,
  onError: (error: unknown) => void,
): (item: T) => void {
  let waiting: T[] = [];
  let running = false;
  const drain = async (): Promise<void> => {
    running = true;
    try {
      while (waiting.length > 0) await work(waiting.splice(0));
    } catch (error) {
      onError(error);
    } finally {
      running = false;
    }
  };
  return (item) => {
    waiting = [...waiting, item];
    if (!running) void drain();
  };
}

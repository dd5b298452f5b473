import type { Engine } from '../../shared/api/index.ts';
import type { EngineEvents } from '../../shared/events.ts';
import type { PackageSection, PackageSummary, PeerSummary } from '../../shared/model.ts';
import type { PeerEvent } from './events.ts';

const PAGE_SIZE = 500;

/** Print peers when they connect, disconnect or change. Returns a function that ends it. */
export function watchPeers(engine: Pick<Engine, 'subscribe'>, print: (event: PeerEvent) => void): () => void {
  const known = new Map<string, PeerSummary>();
  return engine.subscribe('peers', ({ peers }) => {
    for (const peer of peers) {
      const before = known.get(peer.id);
      // Peers of an earlier run that are not connected are not printed.
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

/** Print new packages and new versions. Returns a function that ends it. */
export function watchPackages(
  engine: Pick<Engine, 'subscribe' | 'listPackages'>,
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

/** List packages, newest first, until each changed one was visited; all packages when none is named. */
async function scanPackages(
  engine: Pick<Engine, 'listPackages'>,
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

/** Run `work` on collected items, one run at a time: items that arrive during a run are left for the next one. */
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

import type { Figure } from './figure.ts';
import { measureAnnouncement } from './network/announce.ts';
import { measureDhtOfProcesses } from './network/dht-processes.ts';
import { measureFanOut } from './network/fan-out.ts';
import { measureFlood } from './network/flood.ts';

/** What peers do together, on loopback: searching, asking the DHT, and being flooded with announcements. */
export async function measureNetwork(): Promise<readonly Figure[]> {
  return [
    ...(await measureFanOut()),
    ...(await measureDhtOfProcesses()),
    ...(await measureAnnouncement()),
    ...(await measureFlood()),
  ];
}

import type { Measurement } from './figure.ts';

/** What `npm run bench` measures, in its order. Each is loaded only when it runs, and goes on where a part of it fails. */
export const MEASUREMENTS: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  activation: async () => [(await import('./activation/activation.ts')).measureActivation],
  startup: async () => [(await import('./startup.ts')).measureStartup],
  memory: async () => [(await import('./memory.ts')).measureMemory],
  windows: async () => [(await import('./windows.ts')).measureWindows],
  publish: async () => [(await import('./publish.ts')).measurePublish],
  content: async () => [(await import('./content.ts')).measureContent],
  wire: async () => [(await import('./wire.ts')).measureWire],
  import: async () => [(await import('./import.ts')).measureImport],
  read: async () => [(await import('./read.ts')).measureRead],
  draft: async () => [(await import('./draft.ts')).measureDraft],
  dht: async () => [(await import('./dht.ts')).measureDht],
  package: async () => [(await import('./package-size.ts')).measurePackage],
  search: async () => [(await import('./search.ts')).measureSearch],
  lookup: async () => [(await import('./lookup.ts')).measureLookup],
  ingest: async () => [(await import('./ingest.ts')).measureIngest],
  install: async () => [(await import('./install.ts')).measureInstall],
  // What peers do together, on loopback: searching, asking the DHT, and being flooded with announcements.
  network: async () => [
    (await import('./network/fan-out.ts')).measureFanOut,
    (await import('./network/dht-processes.ts')).measureDhtOfProcesses,
    (await import('./network/announce.ts')).measureAnnouncement,
    (await import('./network/flood.ts')).measureFlood,
  ],
  telemetry: async () => [(await import('./telemetry.ts')).measureTelemetry],
};

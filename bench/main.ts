/** `npm run bench [-- NAME…]`: measures the project's figures and fails when one misses its goal. */
import type { Measurement } from './figure.ts';
import { line, meetsGoal } from './figure.ts';
import { measureActivation } from './activation/activation.ts';
import { measureContent } from './content.ts';
import { measureDht } from './dht.ts';
import { measureImport } from './import.ts';
import { measureDraft } from './draft.ts';
import { measureIngest } from './ingest.ts';
import { measureInstall } from './install.ts';
import { measureLookup } from './lookup.ts';
import { measureMemory } from './memory.ts';
import { measureNetwork } from './network.ts';
import { measurePackage } from './package-size.ts';
import { measurePublish } from './publish.ts';
import { measureRead } from './read.ts';
import { measureSearch } from './search.ts';
import { measureStartup } from './startup.ts';
import { measureTelemetry } from './telemetry.ts';
import { measureWindows } from './windows.ts';

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  activation: measureActivation,
  startup: measureStartup,
  memory: measureMemory,
  windows: measureWindows,
  publish: measurePublish,
  content: measureContent,
  import: measureImport,
  read: measureRead,
  draft: measureDraft,
  dht: measureDht,
  package: measurePackage,
  search: measureSearch,
  lookup: measureLookup,
  ingest: measureIngest,
  install: measureInstall,
  network: measureNetwork,
  telemetry: measureTelemetry,
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
  if (unknown.length > 0) {
    console.error(`There is no figure '${unknown.join("', '")}': choose of ${Object.keys(MEASUREMENTS).join(', ')}.`);
    return 2;
  }
  let missed = 0;
  // One after the other: they would take each other's processor.
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    try {
      const figures = await measure();
      for (const figure of figures) console.log(line(figure));
      missed += figures.filter((figure) => !meetsGoal(figure)).length;
    } catch (error) {
      missed++;
      console.log(`✘  ${name} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return missed === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));

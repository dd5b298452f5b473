/** `npm run build`: the bundles into dist/. Does nothing when nothing changed. `--quiet` prints faults only. */
import { existsSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { buildOptions, BUNDLES, type Bundle } from './build/bundles.ts';
import { bundleSize, checkBundle } from './build/check.ts';
import { isUpToDate, saveBuildState } from './build/build-state.ts';
import { writeNotices } from './build/notices.ts';
import { runTask, TaskError } from './lib/run-task.ts';
import { ROOT } from './lib/paths.ts';

interface Built {
  readonly bundle: Bundle;
  readonly metafile: Metafile;
}

async function main(quiet: boolean): Promise<number> {
  if (await isUpToDate()) return 0;
  const built = await Promise.all(BUNDLES.map(buildOne));
  const faults = built.flatMap(({ bundle, metafile }) => checkBundle(bundle, metafile));
  if (faults.length > 0) throw new TaskError(faults.join('\n'));
  if (!quiet) console.log(built.map(sizeLine).join('\n'));
  const inputs = [...new Set(built.flatMap(({ metafile }) => Object.keys(metafile.inputs)))];
  const notices = await writeNotices(inputs);
  await saveBuildState(inputs, [notices, ...built.map(({ bundle }) => bundle.outfile)]);
  return 0;
}

async function buildOne(bundle: Bundle): Promise<Built> {
  if (!existsSync(join(ROOT, bundle.entry)))
    throw new TaskError(`${bundle.entry} is missing: there is nothing to build.`);
  try {
    const { metafile } = await build({ ...buildOptions(bundle), absWorkingDir: ROOT });
    if (bundle.executable === true) await chmod(join(ROOT, bundle.outfile), 0o755);
    return { bundle, metafile };
  } catch {
    // esbuild printed what is wrong, with file and line.
    throw new TaskError(`${bundle.outfile} could not be built: see the messages above.`);
  }
}

function sizeLine({ bundle, metafile }: Built): string {
  const share = Math.round((100 * bundleSize(bundle, metafile)) / bundle.maxBytes);
  return `${bundle.outfile.padEnd(20)} ${String(bundleSize(bundle, metafile)).padStart(9)} bytes, ${share} % of its ceiling`;
}

await runTask(() => main(process.argv.includes('--quiet')));

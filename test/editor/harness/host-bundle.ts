/** Bundles the suite for the extension host, which loads one CommonJS file. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { OUT, ROOT } from '../../../scripts/lib/paths.ts';

const SUITE = 'test/editor/suite';

/**
 * Build out/editor-suite.cjs, whose `run()` runs every `*.test.ts` below test/editor/suite. Returns its path.
 *
 * @throws Error when there is no test
 */
export async function bundleHostSuite(): Promise<string> {
  const files = globSync('**/*.test.ts', { cwd: join(ROOT, SUITE) });
  if (files.length === 0) throw new Error(`There is no test below ${SUITE}.`);
  const outfile = join(OUT, 'editor-suite.cjs');
  await build({
    stdin: { contents: entry(files.sort()), resolveDir: join(ROOT, SUITE), loader: 'ts', sourcefile: 'entry.ts' },
    absWorkingDir: ROOT,
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Mocha loads parts of itself by name, which a bundle would break. The extension host finds it in the project's
    // node_modules.
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/** The test files are loaded inside `run`, because they call `describe`, which mocha defines only there. */
function entry(files: readonly string[]): string {
  const loads = files.map((file) => `require(${JSON.stringify(`./${file.replaceAll('\\', '/')}`)});`);
  return `import { runInHost } from '../harness/in-host.ts';
export const run = () => runInHost(() => { ${loads.join(' ')} });`;
}

/** The three programs that the build makes, and what each may weigh. */
import type { BuildOptions } from 'esbuild';

export interface Bundle {
  readonly name: 'extension' | 'worker' | 'peer';
  /** Relative to the project's folder. */
  readonly entry: string;
  readonly outfile: string;
  readonly format: 'cjs' | 'esm';
  /** Largest size in bytes, minified; the build fails above it. */
  readonly ceiling: number;
}

export const BUNDLES: readonly Bundle[] = [
  {
    name: 'extension',
    entry: 'src/extension/extension.ts',
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    ceiling: 120_000,
  },
  { name: 'worker', entry: 'src/worker/main.ts', outfile: 'dist/worker.mjs', format: 'esm', ceiling: 1_900_000 },
  { name: 'peer', entry: 'src/cli/main.ts', outfile: 'dist/peer.mjs', format: 'esm', ceiling: 1_900_000 },
];

/** CommonJS packages inside an ES module ask for `require`, which only a CommonJS file has by itself. */
const REQUIRE =
  "import{createRequire as ggenCreateRequire}from'node:module';const require=ggenCreateRequire(import.meta.url);";

/** What esbuild is told for a bundle. Source maps lie beside it and stay out of the package. */
export function buildOptions(bundle: Bundle): BuildOptions & { readonly metafile: true } {
  return {
    entryPoints: [bundle.entry],
    outfile: bundle.outfile,
    format: bundle.format,
    bundle: true,
    platform: 'node',
    // The oldest Node that VS Code of engines.vscode brings, and the first with FTS5 in node:sqlite.
    target: 'node22.16',
    external: ['vscode'],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...(bundle.format === 'esm' ? { banner: { js: REQUIRE } } : {}),
  };
}

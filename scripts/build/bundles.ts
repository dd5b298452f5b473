/** The programs that the build makes, and what each may weigh. */
import type { BuildOptions, Plugin } from 'esbuild';

export interface Bundle {
  readonly name: 'extension' | 'worker' | 'engine' | 'otlp' | 'ggen-p2p';
  /** Relative to the project's folder. */
  readonly entry: string;
  readonly outfile: string;
  readonly format: 'cjs' | 'esm';
  /** Largest size in bytes, minified; the build fails above it. */
  readonly maxBytes: number;
  /** A program that the shell starts by its name. */
  readonly executable?: true;
}

const ENGINE = 'src/worker/engine/engine.ts';

export const BUNDLES: readonly Bundle[] = [
  {
    name: 'extension',
    entry: 'src/extension/extension.ts',
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    maxBytes: 200_000,
  },
  // What every window loads; the engine beside it is for the one that runs the node, a window or a command.
  { name: 'worker', entry: 'src/worker/main.ts', outfile: 'dist/worker.mjs', format: 'esm', maxBytes: 60_000 },
  { name: 'engine', entry: ENGINE, outfile: 'dist/engine.mjs', format: 'esm', maxBytes: 2_600_000 },
  // OpenTelemetry's SDK and exporters, for who sets an endpoint.
  { name: 'otlp', entry: 'src/worker/telemetry/otlp.ts', outfile: 'dist/otlp.mjs', format: 'esm', maxBytes: 80_000 },
  {
    name: 'ggen-p2p',
    entry: 'src/cli/bin.ts',
    outfile: 'dist/ggen-p2p.mjs',
    format: 'esm',
    maxBytes: 300_000,
    executable: true,
  },
];

/** CommonJS packages inside an ES module ask for `require`, which only a CommonJS file has by itself. */
const REQUIRE =
  "import{createRequire as ggenCreateRequire}from'node:module';const require=ggenCreateRequire(import.meta.url);";

/** What a bundle loads only when it has to, from a file of its own beside it. */
function externalBundle(name: 'engine' | 'otlp'): Plugin {
  return {
    name: `${name}-apart`,
    setup: (build) => {
      build.onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${name}.mjs`, external: true } : undefined,
      );
    },
  };
}

/** The command line loads the engine beside it only for what needs one: its help and version do not. */
const EXTERNAL_BUNDLES: Partial<Record<Bundle['name'], Plugin[]>> = {
  worker: [externalBundle('engine')],
  'ggen-p2p': [externalBundle('engine')],
  engine: [externalBundle('otlp')],
};

/** Options of esbuild for a bundle. Source maps lie beside it and stay out of the package. */
export function buildOptions(bundle: Bundle): BuildOptions & { readonly metafile: true } {
  return {
    entryPoints: [bundle.entry],
    outfile: bundle.outfile,
    format: bundle.format,
    bundle: true,
    platform: 'node',
    // The oldest Node that VS Code of engines.vscode brings, and the first with FTS5 in node:sqlite.
    target: 'node22.20',
    external: ['vscode'],
    // Its main file is UMD, whose inner require calls esbuild cannot follow.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    minify: true,
    sourcemap: 'linked',
    sourcesContent: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: EXTERNAL_BUNDLES[bundle.name] ?? [],
    ...(bundle.format === 'esm' ? { banner: { js: REQUIRE } } : {}),
  };
}

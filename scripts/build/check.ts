/** What must hold of every bundle, read from esbuild's metafile. */
import type { Metafile } from 'esbuild';
import type { Bundle } from './bundles.ts';

/** Everything that is wrong with a bundle, each in one line; empty when nothing is. */
export function checkBundle(bundle: Bundle, metafile: Metafile): string[] {
  return [
    ...sizeFaults(bundle, metafile),
    ...nativeFaults(bundle, metafile),
    ...comlinkFaults(bundle, metafile),
    ...telemetryFaults(bundle, metafile),
  ];
}

/** Size in bytes of the bundle itself, without its source map. */
export function bundleSize(bundle: Bundle, metafile: Metafile): number {
  return metafile.outputs[bundle.outfile]?.bytes ?? 0;
}

function sizeFaults(bundle: Bundle, metafile: Metafile): string[] {
  const size = bundleSize(bundle, metafile);
  if (size === 0) return [`${bundle.outfile} was not written.`];
  if (size <= bundle.maxBytes) return [];
  return [
    `${bundle.outfile} has ${size} bytes, more than its ceiling of ${bundle.maxBytes}: find what it took in, or raise the ceiling in scripts/build/bundles.ts and say why.`,
  ];
}

/** A native module would tie the package to one platform. */
function nativeFaults(bundle: Bundle, metafile: Metafile): string[] {
  return usedInputs(bundle, metafile)
    .filter((path) => path.endsWith('.node') || /node_modules\/(node-gyp-build|bindings|node-datachannel)\//.test(path))
    .map((path) => `${bundle.outfile} would contain ${path}, which needs a native module.`);
}

/** Two builds of comlink do not know each other's symbols: proxies and transfers of one mean nothing to the other. */
function comlinkFaults(bundle: Bundle, metafile: Metafile): string[] {
  const used = usedInputs(bundle, metafile);
  for (const part of ['node-adapter', 'comlink']) {
    const pattern = new RegExp(`node_modules/comlink/dist/.*?\\b(?<!node-)${part}(\\.min)?\\.m?js$`);
    const builds = used.filter((path) => pattern.test(path));
    if (builds.length > 1) return [`${bundle.outfile} contains two builds of comlink: ${builds.join(', ')}.`];
  }
  return [];
}

/** A process without a telemetry endpoint must not load the exporters. */
function telemetryFaults(bundle: Bundle, metafile: Metafile): string[] {
  if (bundle.name === 'otlp') return [];
  return usedInputs(bundle, metafile)
    .filter((path) => /node_modules\/@opentelemetry\/(?!api\/)/.test(path))
    .map((path) => `${bundle.outfile} would contain ${path}, which belongs into dist/otlp.mjs.`);
}

/** Files of which something is left in the bundle. */
function usedInputs(bundle: Bundle, metafile: Metafile): string[] {
  const inputs = Object.entries(metafile.outputs[bundle.outfile]?.inputs ?? {});
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

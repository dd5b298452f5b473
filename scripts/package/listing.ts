/** What a package may and must contain, once VS Code has installed it. */

/** Largest size of the whole .vsix in bytes. */
export const MAX_VSIX_BYTES = 3_000_000;

const ALLOWED = [
  /^\.vsixmanifest$/,
  /^package\.json$/,
  /^package\.nls(\.[a-z-]+)?\.json$/i,
  /^(readme|changelog)\.md$/i,
  /^license\.txt$/i,
  /^media\/[\w./-]+\.(svg|png)$/,
  /^dist\/(extension\.cjs|engine\.mjs|otlp\.mjs|worker\.mjs|ThirdPartyNotices\.txt)$/,
];

const REQUIRED = [
  'package.json',
  'package.nls.json',
  'README.md',
  'LICENSE.txt',
  'dist/extension.cjs',
  'dist/engine.mjs',
  'dist/otlp.mjs',
  'dist/worker.mjs',
  'dist/ThirdPartyNotices.txt',
];

/**
 * What is wrong with the files of a package, one line each.
 * @param files paths relative to the extension's folder, with forward slashes
 */
export function listingFaults(files: readonly string[]): string[] {
  const lower = new Set(files.map((file) => file.toLowerCase()));
  const unexpected = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
  const missing = REQUIRED.filter((file) => !lower.has(file.toLowerCase()));
  return [
    ...unexpected.map((file) => `The package contains ${file}, which nothing runs: leave it out in .vscodeignore.`),
    ...missing.map((file) => `The package lacks ${file}.`),
  ];
}

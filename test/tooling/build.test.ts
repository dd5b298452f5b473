import assert from 'node:assert/strict';
import type { Metafile } from 'esbuild';
import { BUNDLES, type Bundle } from '../../scripts/build/bundles.ts';
import { checkBundle } from '../../scripts/build/check.ts';
import { packageFolders } from '../../scripts/build/notices.ts';
import { listingFaults } from '../../scripts/package/listing.ts';

const BUNDLE: Bundle = { ...BUNDLES[0]!, outfile: 'dist/x.cjs', maxBytes: 100 };

/** A bundle of this many bytes that something is left of each of these files in. */
function metafile(bytes: number, inputs: readonly string[]): Metafile {
  const used = Object.fromEntries(inputs.map((path) => [path, { bytesInOutput: 1 }]));
  return { inputs: {}, outputs: { 'dist/x.cjs': { bytes, inputs: used, imports: [], exports: [] } } };
}

describe('the check of a bundle', () => {
  it('accepts a small bundle', () => {
    assert.deepEqual(checkBundle(BUNDLE, metafile(100, ['src/a.ts', 'node_modules/comlink/dist/esm/comlink.mjs'])), []);
  });

  it('rejects a bundle above its maximum size', () => {
    assert.match(checkBundle(BUNDLE, metafile(101, []))[0] ?? '', /has 101 bytes, more than its ceiling of 100/);
  });

  it('rejects native modules', () => {
    for (const path of ['node_modules/a/build/a.node', 'node_modules/node-gyp-build/index.js']) {
      assert.match(checkBundle(BUNDLE, metafile(1, [path]))[0] ?? '', /needs a native module/);
    }
  });

  it('rejects the OpenTelemetry SDK in a bundle that must not include it, and accepts its API', () => {
    const api = 'node_modules/@opentelemetry/api/dist/index.mjs';
    const sdk = 'node_modules/@opentelemetry/sdk-trace/dist/index.mjs';
    assert.deepEqual(checkBundle(BUNDLE, metafile(1, [api])), []);
    assert.match(checkBundle(BUNDLE, metafile(1, [api, sdk]))[0] ?? '', /sdk-trace.* belongs into dist\/otlp\.mjs/);
    assert.deepEqual(checkBundle({ ...BUNDLE, name: 'otlp' }, metafile(1, [api, sdk])), []);
  });

  it('rejects two builds of comlink, or of its adapter, and accepts one of each', () => {
    const esm = 'node_modules/comlink/dist/esm';
    const umd = 'node_modules/comlink/dist/umd';
    assert.deepEqual(checkBundle(BUNDLE, metafile(1, [`${esm}/comlink.mjs`, `${esm}/node-adapter.mjs`])), []);
    for (const two of [
      [`${esm}/comlink.mjs`, `${umd}/comlink.js`],
      [`${esm}/comlink.mjs`, `${esm}/comlink.min.mjs`],
      [`${esm}/node-adapter.mjs`, `${umd}/node-adapter.js`],
    ]) {
      assert.match(checkBundle(BUNDLE, metafile(1, two))[0] ?? '', /two builds of comlink/);
    }
  });
});

describe('third-party notices', () => {
  it('name the innermost package of every file once', () => {
    const inputs = ['src/a.ts', 'node_modules/a/x.js', 'node_modules/a/y.js', 'node_modules/@b/c/node_modules/d/z.js'];
    assert.deepEqual(packageFolders(inputs), ['node_modules/a', 'node_modules/@b/c/node_modules/d']);
  });
});

describe("the package's listing", () => {
  const GOOD = [
    'package.json',
    'package.nls.json',
    'readme.md',
    'changelog.md',
    'LICENSE.txt',
    'media/ggen.svg',
    'dist/extension.cjs',
    'dist/engine.mjs',
    'dist/otlp.mjs',
    'dist/worker.mjs',
    'dist/ThirdPartyNotices.txt',
  ];

  it('may contain what runs', () => {
    assert.deepEqual(listingFaults(GOOD), []);
  });

  it('may contain nothing else', () => {
    for (const file of ['dist/worker.mjs.map', 'dist/ggen-p2p.mjs', 'src/a.ts', '.npmrc', 'node_modules/a/index.js']) {
      assert.match(listingFaults([...GOOD, file])[0] ?? '', /which nothing runs/, file);
    }
  });

  it('must contain what runs', () => {
    const lacking = GOOD.filter((file) => file !== 'dist/worker.mjs');
    assert.deepEqual(listingFaults(lacking), ['The package lacks dist/worker.mjs.']);
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkTree } from '../../../src/worker/paths/path-safety.ts';
import { TestNetwork, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { readTree } from '../helpers/trees.ts';

/** Names that packing does not exclude, in several scripts. */
const name = fc
  .tuple(fc.constantFrom('a', 'Z', 'q7', 'ünï', '名前', 'x-_.y', 'm n'), fc.nat(40))
  .map(([word, number]) => `${word}${number}`);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
const content = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  // Several blocks, the last one partly filled.
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3_000_000 }).map((size) => new Uint8Array(size).fill(size % 256)) },
);
const tree = fc
  .array(fc.tuple(path, content), { minLength: 1, maxLength: 25 })
  .map((entries) => new Map(entries))
  .filter((files) => checkTree(files.keys()).length === 0);

describe('packed, fetched and installed', () => {
  const network = new TestNetwork();
  let publisher: TestPeer;
  let reader: TestPeer;
  let round = 0;

  before(async () => {
    [publisher, reader] = await network.peers(2);
  });
  after(() => network.close());

  it('any tree is unchanged, installed new or over the previous release', async function () {
    this.timeout(120_000);
    const project = await network.folder();
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const version = `1.0.${round++}`;
        const { id } = await publisher.publish('any', version, Object.fromEntries(files));
        await waitForListing(reader, id, version);
        const to = join(await network.folder(), 'single');
        await reader.engine.install({ id, version, to });
        const { plan } = await reader.engine.planInstall({ project, mode: 'add', packages: [`${id}@${version}`] });
        await reader.engine.applyPlan({ plan });
        for (const folder of [to, join(project, 'packages', 'any')]) {
          const found = await readTree(folder);
          found.delete('gpack.toml');
          assert.deepEqual([...found.keys()].sort(), [...files.keys()].sort());
          for (const [at, bytes] of files) assert.deepEqual(found.get(at), Buffer.from(bytes), at);
          const state = await reader.engine.verifyInstalled({ path: folder });
          assert.deepEqual([state.changed, state.missing, state.extra], [[], [], []]);
        }
      }),
      { numRuns: 20 },
    );
  });
});

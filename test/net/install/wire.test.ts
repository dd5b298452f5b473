import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { countingProxy } from '../helpers/counting-proxy.ts';
import { TestNetwork, waitForConnections, waitForListing } from '../helpers/peers.ts';
import type { TestPeer } from '../helpers/peers.ts';
import { installPackages } from './project-packages.ts';

/** Text of its own for each file. */
function source(index: number, version = 1): string {
  const lines = Array.from(
    { length: 60 + (index % 40) },
    (_, line) =>
      `export function value${index}_${line}(input: number): number { return input * ${line * version} + ${index}; }`,
  );
  return `/** Module ${index}, version ${version}. */\n${lines.join('\n')}\n`;
}

const MODULES = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`src/m${index}.ts`, source(index)]));
const NOISE = new Uint8Array(randomBytes(400_000));
const FILES = { ...MODULES, 'noise.bin': NOISE };
const SIZE = Object.values(FILES).reduce((sum, content) => sum + content.length, 0);

describe('over the wire', () => {
  let network: TestNetwork;
  let publisher: TestPeer;
  let reader: TestPeer;

  beforeEach(async () => {
    network = new TestNetwork();
    publisher = await network.peer();
  });
  afterEach(() => network.close());

  it('a first install sends a fraction of a text-heavy release, an update little more than what changed', async () => {
    const proxy = await countingProxy(publisher.address);
    try {
      reader = await network.peer({ bootstrap: [proxy.address] });
      await waitForConnections(reader, [publisher]);
      const { id } = await publisher.publish('wire', '1.0.0', FILES);
      await waitForListing(reader, id, '1.0.0');
      const project = await network.folder();
      const before = proxy.received();
      const { plan, bytesToFetch } = await reader.engine.planInstall({ project, mode: 'add', packages: [id] });
      assert.ok(bytesToFetch >= SIZE && bytesToFetch < SIZE + 1_000, `${bytesToFetch} of ${SIZE}`);
      const [installed] = await reader.engine.applyPlan({ plan });
      const received = installed?.received ?? 0;
      const onTheWire = proxy.received() - before;
      assert.ok(
        received > NOISE.length && received < NOISE.length + (SIZE - NOISE.length) / 4,
        `${received} of ${SIZE}`,
      );
      assert.ok(received <= onTheWire && onTheWire < received + 60_000, `${received} said, ${onTheWire} came`);

      const changed = Object.fromEntries(
        Array.from({ length: 5 }, (_, index) => [`src/m${index * 20}.ts`, source(index, 2)]),
      );
      await publisher.publish('wire', '1.1.0', { ...FILES, ...changed });
      await waitForListing(reader, id, '1.1.0');
      const update = await reader.engine.planInstall({ project, mode: 'update' });
      const changedBytes = Object.values(changed).reduce((sum, content) => sum + content.length, 0);
      assert.ok(update.bytesToFetch >= changedBytes, `${update.bytesToFetch} of ${changedBytes}`);
      assert.ok(update.bytesToFetch < changedBytes + 1_000, 'the manifest changed as well');
      const [updated] = await reader.engine.applyPlan({ plan: update.plan });
      assert.ok((updated?.received ?? 0) > 0);
      assert.ok((updated?.received ?? 0) < 0.05 * received, `${updated?.received ?? 0} of ${received}`);
      const same = await reader.engine.planInstall({ project, mode: 'lock' });
      assert.equal(same.bytesToFetch, 0);
    } finally {
      await proxy.close();
    }
  });

  it('an update of a small release sends only what changed, also outside of a project', async () => {
    reader = await network.peer({ bootstrap: [publisher.address] });
    const small = Object.fromEntries(Object.entries(MODULES).slice(0, 20));
    const noise = { 'a.bin': NOISE.slice(0, 60_000) };
    const { id } = await publisher.publish('small', '1.0.0', { ...small, ...noise });
    await waitForListing(reader, id, '1.0.0');
    const to = join(await network.folder(), 'small');
    const first = await reader.engine.install({ id, version: '1.0.0', to });
    assert.ok((first.received ?? 0) > 60_000);
    await publisher.publish('small', '1.0.1', { ...small, ...noise, 'src/m0.ts': source(0, 3) });
    await waitForListing(reader, id, '1.0.1');
    const second = await reader.engine.install({ id, version: '1.0.1', to, replace: true });
    assert.ok((second.received ?? 0) > 0 && (second.received ?? 0) < 10_000, `${second.received ?? 0} bytes came`);
    const third = join(await network.folder(), 'small');
    assert.equal((await reader.engine.install({ id, version: '1.0.1', to: third })).received, 0);
  });

  it('a plan counts the whole size where no peer tells what is missing', async () => {
    reader = await network.peer({ bootstrap: [publisher.address] });
    const { id } = await publisher.publish('alone', '1.0.0', MODULES);
    await waitForListing(reader, id, '1.0.0');
    const { release } = await reader.engine.getPackageVersion({ id, version: '1.0.0' });
    await reader.engine.stopNode({});
    const project = await network.folder();
    const { bytesToFetch } = await reader.engine.planInstall({ project, mode: 'add', packages: [id] });
    assert.equal(bytesToFetch, release.size);
  });

  it('several packages say what came for each', async () => {
    reader = await network.peer({ bootstrap: [publisher.address] });
    const ids: string[] = [];
    for (const name of ['one', 'two'])
      ids.push((await publisher.publish(name, '1.0.0', { 'a.bin': randomBytes(50_000) })).id);
    for (const id of ids) await waitForListing(reader, id, '1.0.0');
    const project = await network.folder();
    const installed = await installPackages(reader, project, 'add', ...ids);
    assert.equal(installed.length, 2);
    for (const { received = 0 } of installed)
      assert.ok(received > 50_000 && received < 55_000, `${received} bytes came`);
    assert.ok((await reader.engine.installed({})).every(({ received }) => received === undefined));
  });
});

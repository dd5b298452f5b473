import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import type { TransferSettings } from '../../src/shared/model.ts';
import { TestNetwork, eventually, waitForListing } from './helpers/peers.ts';
import { readTree } from './helpers/trees.ts';

const FILES = { 'large.bin': new Uint8Array(randomBytes(3_000_000)) };

function transfers(changed: Partial<TransferSettings>): { transfers: TransferSettings } {
  return { transfers: { ...DEFAULT_NODE_SETTINGS.transfers, ...changed } };
}

describe('transfer limits', () => {
  let network: TestNetwork;
  beforeEach(() => {
    network = new TestNetwork();
  });
  afterEach(() => network.close());

  it('serve nothing while seeding is paused, also after a restart, until it is resumed; reputation does not change', async () => {
    const [publisher, reader] = await network.peers(2);
    const { id } = await publisher.publish('paused', '1.0.0', FILES);
    await waitForListing(reader, id, '1.0.0');
    assert.equal((await publisher.engine.pauseSeeding({ paused: true })).paused, true);
    await publisher.restart({ listen: [publisher.address.slice(0, publisher.address.indexOf('/p2p/'))] });
    const { transfers: after, node } = await publisher.engine.status({});
    assert.deepEqual([after.paused, node.seedingPaused], [true, true]);
    await eventually(
      'they are connected again',
      async () => (await reader.engine.peer({ id: publisher.id })).connected,
    );
    const { failures } = await reader.engine.peer({ id: publisher.id });
    const to = join(await network.folder(), 'x');
    await assert.rejects(reader.engine.install({ id, to }), { name: 'ContentUnavailable' });
    assert.equal((await reader.engine.peer({ id: publisher.id })).failures, failures);
    await publisher.engine.pauseSeeding({ paused: false });
    await reader.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('large.bin'), Buffer.from(FILES['large.bin']));
  });

  it('restrict the bytes sent per day, counted across a restart', async () => {
    const publisher = await network.peer(transfers({ uploadPerDay: 1_000_000, limitLocalNetwork: true }));
    const { id } = await publisher.publish('limited', '1.0.0', FILES);
    const reader = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(reader, id, '1.0.0');
    const to = join(await network.folder(), 'x');
    await assert.rejects(reader.engine.install({ id, to }), { name: 'ContentUnavailable' });
    const { uploadedToday } = (await publisher.engine.status({})).transfers;
    assert.ok(uploadedToday >= 1_000_000 && uploadedToday < 1_600_000, `${uploadedToday} bytes`);
    await publisher.restart();
    assert.equal((await publisher.engine.status({})).transfers.uploadedToday, uploadedToday);
  });

  it('restrict the bytes received per day, and report it', async () => {
    const publisher = await network.peer();
    const { id } = await publisher.publish('too-much', '1.0.0', FILES);
    const limits = transfers({ downloadPerDay: 500_000, limitLocalNetwork: true });
    const reader = await network.peer({ bootstrap: [publisher.address], ...limits });
    await waitForListing(reader, id, '1.0.0');
    const to = join(await network.folder(), 'x');
    await assert.rejects(reader.engine.install({ id, to }), { name: 'LimitReached' });
    const { failures } = await reader.engine.peer({ id: publisher.id });
    assert.equal(failures, 0);
    await reader.engine.startNode({
      ...DEFAULT_NODE_SETTINGS,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [publisher.address],
    });
    await reader.engine.install({ id, to });
  });

  it('restrict the send rate, and the transfer still completes', async () => {
    const publisher = await network.peer(transfers({ uploadRate: 2_000_000, limitLocalNetwork: true }));
    const { id } = await publisher.publish('slowly', '1.0.0', FILES);
    const reader = await network.peer({
      bootstrap: [publisher.address],
      ...transfers({ downloadRate: 2_000_000, limitLocalNetwork: true }),
    });
    await waitForListing(reader, id, '1.0.0');
    const to = join(await network.folder(), 'x');
    await reader.engine.install({ id, to });
    assert.deepEqual((await readTree(to)).get('large.bin'), Buffer.from(FILES['large.bin']));
    assert.equal((await reader.engine.peer({ id: publisher.id })).failures, 0);
    assert.ok((await publisher.engine.status({})).transfers.uploadedToday >= 3_000_000);
  });

  it('do not apply to the local network', async () => {
    const publisher = await network.peer(transfers({ uploadPerDay: 1, uploadRate: 16_000 }));
    const { id } = await publisher.publish('local', '1.0.0', FILES);
    const reader = await network.peer({ bootstrap: [publisher.address] });
    await waitForListing(reader, id, '1.0.0');
    await reader.engine.install({ id, to: join(await network.folder(), 'x') });
    assert.equal((await publisher.engine.status({})).transfers.uploadedToday, 0);
  });

  it('restrict serving to locally published packages, if configured', async () => {
    const [publisher, second] = await network.peers(2, transfers({ seedInstalled: false }));
    const { id } = await publisher.publish('kept-to-oneself', '1.0.0', FILES);
    const own = await second.publish('own', '1.0.0', FILES);
    await waitForListing(second, id, '1.0.0');
    await second.engine.install({ id, to: join(await network.folder(), 'a') });
    const third = await network.peer({ bootstrap: [second.address] });
    await waitForListing(third, id, '1.0.0');
    await waitForListing(third, own.id, '1.0.0');
    await publisher.stop();
    const to = join(await network.folder(), 'b');
    await assert.rejects(third.engine.install({ id, to }), { name: 'ContentUnavailable' });
    await third.engine.install({ id: own.id, to });
    const { provides } = await third.engine.peer({ id: second.id });
    assert.deepEqual(provides, [own.id]);
  });

  it('reject invalid values', async () => {
    const peer = await network.peer();
    for (const wrong of [
      { uploadRate: 100 },
      { downloadPerDay: -1 },
      { transfersPerPeer: 0 },
      { transfersPerPeer: 2.5 },
    ]) {
      await assert.rejects(
        peer.engine.startNode({ ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], ...transfers(wrong) }),
        { name: 'InvalidRequest' },
        JSON.stringify(wrong),
      );
    }
  });
});

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { BandwidthProbe } from '../../../../src/worker/transfer/bandwidth-probe.ts';

const MIB = 1024 * 1024;

function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;) continue;
}

describe('bandwidth probe of a transfer', () => {
  it('reports nothing before the first data arrives', async () => {
    const probe = new BandwidthProbe();
    await delay(50);
    assert.equal(probe.hasSpareCapacity(), false);
  });

  it('reports no spare bandwidth while this thread processes received data', () => {
    const probe = new BandwidthProbe();
    probe.received(MIB);
    work(20);
    assert.equal(probe.hasSpareCapacity(), false);
  });

  it('reports spare bandwidth while this thread waits for data', async () => {
    const probe = new BandwidthProbe();
    probe.received(MIB);
    await delay(50);
    assert.equal(probe.hasSpareCapacity(), true);
  });

  it('reports spare bandwidth while this thread does other work', () => {
    const probe = new BandwidthProbe();
    probe.received(1_000);
    work(20);
    assert.equal(probe.hasSpareCapacity(), true);
  });

  it('measures since the previous reading', async () => {
    const probe = new BandwidthProbe();
    probe.received(MIB);
    work(20);
    assert.equal(probe.hasSpareCapacity(), false);
    await delay(50);
    assert.equal(probe.hasSpareCapacity(), true);
    work(20);
    probe.received(MIB);
    assert.equal(probe.hasSpareCapacity(), false);
  });
});

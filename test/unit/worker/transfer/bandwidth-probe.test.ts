import assert from 'node:assert/strict';
import { BandwidthProbe } from '../../../../src/worker/transfer/bandwidth-probe.ts';

const MIB = 1024 * 1024;

/** A probe of a thread whose idle and active time the test decides. */
class ProbedThread {
  #idle = 1_000;
  #active = 1_000;
  readonly probe = new BandwidthProbe(() => ({ idle: this.#idle, active: this.#active, utilization: 0.5 }));

  work(milliseconds: number): void {
    this.#active += milliseconds;
  }

  wait(milliseconds: number): void {
    this.#idle += milliseconds;
  }
}

describe('bandwidth probe of a transfer', () => {
  let thread: ProbedThread;
  let probe: BandwidthProbe;
  beforeEach(() => {
    thread = new ProbedThread();
    ({ probe } = thread);
  });

  it('reports nothing before the first data arrives', () => {
    thread.wait(50);
    assert.equal(probe.hasSpareCapacity(), false);
  });

  it('reports no spare bandwidth while this thread processes received data', () => {
    probe.received(MIB);
    thread.work(20);
    assert.equal(probe.hasSpareCapacity(), false);
  });

  it('reports spare bandwidth while this thread waits for data', () => {
    probe.received(MIB);
    thread.wait(50);
    assert.equal(probe.hasSpareCapacity(), true);
  });

  it('reports spare bandwidth while this thread does other work', () => {
    probe.received(1_000);
    thread.work(20);
    assert.equal(probe.hasSpareCapacity(), true);
  });

  it('measures since the previous reading', () => {
    probe.received(MIB);
    thread.work(20);
    assert.equal(probe.hasSpareCapacity(), false);
    thread.wait(50);
    assert.equal(probe.hasSpareCapacity(), true);
    thread.work(20);
    probe.received(MIB);
    assert.equal(probe.hasSpareCapacity(), false);
  });

  it('measures the event loop of its own thread by default', () => {
    const own = new BandwidthProbe();
    assert.equal(own.hasSpareCapacity(), false);
    own.received(1_000);
    assert.equal(own.hasSpareCapacity(), true);
  });
});

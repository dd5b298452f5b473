import assert from 'node:assert/strict';
import { haversineKm } from '../../../../src/worker/reputation/haversine.ts';
import { score, scoreParts, withFailure, withSuccess } from '../../../../src/worker/reputation/score.ts';
import type { PeerStats } from '../../../../src/worker/reputation/score.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_793_491_200_000;
const NEW: PeerStats = { successes: 0, failures: 0, packages: 0 };
const HERE = { latitude: 37.7749, longitude: -122.4194 };
const NEW_YORK = { latitude: 40.7128, longitude: -74.006 };
/** 13.4296 km north of here. */
const NEAR = { latitude: HERE.latitude + (13.4296 / 6371) * (180 / Math.PI), longitude: HERE.longitude };

function stats(
  successes: number,
  failures: number,
  averageResponse: number | undefined,
  packages: number,
  hours: number,
): PeerStats {
  return {
    successes,
    failures,
    packages,
    lastSeen: NOW - hours * HOUR_MS,
    ...(averageResponse === undefined ? {} : { averageResponse }),
  };
}

function close(actual: number, expected: number, tolerance = 5e-7): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

describe("ggen's reputation formula", () => {
  const medium = stats(8, 2, 2000, 5, 3);
  const vectors: readonly (readonly [string, number, number])[] = [
    ['new peer', score(NEW, NOW), 0.85],
    ['new at 0 km', score({ ...NEW, location: HERE }, NOW, HERE), 0.95],
    ['45 ok, 2 fail, 120 ms, 12 packages, 0 h', score(stats(45, 2, 120, 12, 0), NOW), 0.978723],
    ['8 ok, 2 fail, 2000 ms, 5 packages, 3 h', score(medium, NOW), 0.624938],
    ['the same at 13.4296 km', score({ ...medium, location: NEAR }, NOW, HERE), 0.711508],
    ['0 ok, 10 fail, no time, 0 packages, 0 h', score(stats(0, 10, undefined, 0, 0), NOW), 0.35],
    ['5 ok, 5 fail, 999 ms, 10 packages, 23 h', score(stats(5, 5, 999, 10, 23), NOW), 0.654167],
  ];
  for (const [what, actual, expected] of vectors) {
    it(`${what}: ${expected}`, () => {
      close(actual, expected);
    });
  }

  it('is never above 1', () => {
    assert.equal(score({ ...stats(9, 0, 0, 10, 0), location: HERE }, NOW, HERE), 1);
  });

  it('counts whole hours', () => {
    const seen = (ago: number): number => score({ ...NEW, lastSeen: NOW - ago }, NOW);
    close(seen(HOUR_MS - 1), 0.85);
    close(seen(HOUR_MS), 0.8);
    close(seen(-HOUR_MS), 0.85);
  });

  it('gives proximity nothing from 100 km on, or when a location is unknown', () => {
    close(score({ ...NEW, location: NEW_YORK }, NOW, HERE), 0.85);
    close(score({ ...NEW, location: HERE }, NOW), 0.85);
    close(score(NEW, NOW, HERE), 0.85);
  });

  it('is the sum of its components', () => {
    const parts = scoreParts({ ...medium, location: NEAR }, NOW, HERE);
    close(parts.success, 0.4);
    close(parts.responseTime, 0.25 * (1000 / 2001));
    close(parts.availability, 0.075);
    close(parts.recency, 0.025);
    close(parts.proximity, 0.1 * (1 - 0.134296), 1e-6);
    close(
      parts.success + parts.responseTime + parts.availability + parts.recency + parts.proximity,
      score({ ...medium, location: NEAR }, NOW, HERE),
    );
  });
});

describe('peer statistics', () => {
  it('averages response times: from 100 with 200, 50, 1000', () => {
    let peer = withSuccess(NEW, 100, NOW);
    assert.equal(peer.averageResponse, 100);
    const averages = [200, 50, 1000].map((sample) => (peer = withSuccess(peer, sample, NOW)).averageResponse);
    assert.deepEqual(averages, [130, 106, 374]);
    assert.equal(peer.successes, 4);
    assert.equal(peer.failures, 0);
  });

  it('computes exact tenths without rounding errors', () => {
    for (let value = 0; value < 2000; value += 10) {
      assert.equal(withSuccess({ ...NEW, averageResponse: value }, value, NOW).averageResponse, value);
    }
  });

  it('never records a negative time when the clock changes', () => {
    assert.equal(withSuccess(NEW, -5, NOW).averageResponse, 0);
  });

  it('counts failures without changing the average', () => {
    const before = stats(1, 0, 100, 3, 5);
    const after = withFailure(before, NOW);
    assert.deepEqual(after, { ...before, failures: 1, lastSeen: NOW });
    assert.equal(before.failures, 0);
    assert.equal(withSuccess(after, 1, NOW).lastSeen, NOW);
  });

  it('lowers the score with failures and raises it with successes', () => {
    const failed = withFailure(stats(1, 0, 10, 0, 0), NOW);
    assert.ok(score(failed, NOW) < score(stats(1, 0, 10, 0, 0), NOW));
    assert.ok(score(withSuccess(failed, 10, NOW), NOW) > score(failed, NOW));
  });
});

describe('distances', () => {
  it('San Francisco to New York is 4129.09 km', () => {
    close(haversineKm(HERE, NEW_YORK), 4129.09, 0.005);
    close(haversineKm(NEW_YORK, HERE), 4129.09, 0.005);
  });

  it('are correct at the poles and the antimeridian', () => {
    assert.equal(haversineKm(HERE, HERE), 0);
    close(haversineKm({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }), Math.PI * 6371, 1e-6);
    close(
      haversineKm({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 }),
      (Math.PI * 6371) / 180,
      1e-6,
    );
    close(haversineKm({ latitude: 90, longitude: 0 }, { latitude: -90, longitude: 77 }), Math.PI * 6371, 1e-6);
  });
});

import type { StorageCalls } from '../../../shared/api/index.ts';
import type { Traffic } from '../../protocols/shared/traffic.ts';
import type { Lookup } from '../../registry/lookup.ts';
import { keepRelease, unkeepRelease } from '../../retention/keep-release.ts';
import type { KeepDeps, UnkeepDeps } from '../../retention/keep-release.ts';
import type { Retention } from '../../retention/retention.ts';
import { stopSeeding } from '../../retention/seeded-content.ts';
import type { StopSeedingDeps } from '../../retention/seeded-content.ts';
import { verifyStorage } from '../../retention/verify-storage.ts';
import type { VerifyStorageDeps } from '../../retention/verify-storage.ts';
import type { NodeLifecycle } from '../node-lifecycle.ts';
import type { CallRows } from './call-row.ts';

export type StorageCallParts = KeepDeps &
  UnkeepDeps &
  StopSeedingDeps &
  VerifyStorageDeps & {
    readonly lookup: Pick<Lookup, 'getVersion'>;
    readonly nodeLifecycle: Pick<NodeLifecycle, 'pauseSeeding'>;
    readonly retention: Pick<Retention, 'cleanUp'>;
    readonly traffic: Pick<Traffic, 'status'>;
  };

export const storageCalls: CallRows<StorageCalls, StorageCallParts> = {
  keep: {
    form: { id: 'text', version: 'text?' },
    idempotent: true,
    run: (parts, request, { signal, onProgress }) => keepRelease(parts, parts.lookup, request, signal, onProgress),
  },
  unkeep: {
    form: { id: 'text', version: 'text?' },
    idempotent: false,
    run: (parts, { id, version }) => {
      unkeepRelease(parts, id, version);
    },
  },
  kept: { form: {}, idempotent: true, run: ({ catalog }) => catalog.kept.list() },
  pauseSeeding: {
    form: { paused: 'flag' },
    idempotent: true,
    run: ({ nodeLifecycle, traffic }, { paused }) => {
      nodeLifecycle.pauseSeeding(paused);
      return traffic.status();
    },
  },
  stopSeeding: { form: { id: 'text' }, idempotent: true, run: (parts, { id }) => stopSeeding(parts, id) },
  cleanUpStorage: {
    form: {},
    idempotent: true,
    run: ({ retention }, _request, { signal, onProgress }) =>
      retention.cleanUp(signal, (bytes) => {
        onProgress({ bytes });
      }),
  },
  verifyStorage: {
    form: {},
    idempotent: true,
    run: (parts, _request, { signal, onProgress }) => verifyStorage(parts, parts.lookup, signal, onProgress),
  },
};

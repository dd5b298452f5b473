import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openCatalog } from '../../../../src/worker/catalog/catalog.ts';
import type { IngestResult } from '../../../../src/worker/protocols/shared/record-sink.ts';
import { openRecord } from '../../../../src/worker/records/record.ts';
import { Ingest } from '../../../../src/worker/ingest/ingest.ts';
import type { ContradictingRecord } from '../../../fixtures/records/contradicting-cases.ts';
import { withFolder } from '../catalog/support.ts';

interface Fixtures {
  readonly now: number;
  readonly contradicting: readonly (Pick<ContradictingRecord, 'name' | 'rule'> & {
    readonly known: readonly string[];
    readonly envelope: string;
  })[];
}

const text = readFileSync(new URL('../../../fixtures/records/records.json', import.meta.url), 'utf8');
const { now, contradicting } = JSON.parse(text) as Fixtures;

const EXPECTED: Record<ContradictingRecord['rule'], { outcome: IngestResult['outcome']; reason: RegExp }> = {
  same: { outcome: 'same', reason: /^$/ },
  older: { outcome: 'older', reason: /^$/ },
  fork: { outcome: 'older', reason: /^$/ },
  equivocation: { outcome: 'conflict', reason: /different content was signed for 1\.\d\.0$/ },
  'release-removed': { outcome: 'conflict', reason: /is missing releases: 1\.1\.0$/ },
};

describe('records that contradict known records', () => {
  it('cover every rule', () => {
    assert.deepEqual([...new Set(contradicting.map(({ rule }) => rule))].sort(), Object.keys(EXPECTED).sort());
  });

  for (const { name, rule, known, envelope } of contradicting) {
    it(`${rule}: ${name}`, async () => {
      await withFolder(async (dataDir) => {
        const catalog = await openCatalog(dataDir);
        try {
          const quiet = (): undefined => undefined;
          const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
          const ingest = new Ingest({ catalog, log, onChange: quiet });
          const ingestRecord = (bytes: string): IngestResult =>
            ingest.store(openRecord(Buffer.from(bytes, 'base64'), { now }), false);
          for (const one of known) assert.match(ingestRecord(one).outcome, /^newe?r?$/);
          const newest = openRecord(Buffer.from(known.at(-1)!, 'base64'), { now });
          const { outcome, reason = '' } = ingestRecord(envelope);
          assert.equal(outcome, EXPECTED[rule].outcome);
          assert.match(reason, EXPECTED[rule].reason);
          const { publisher } = newest.record;
          assert.equal(
            catalog.packages.get(publisher, newest.record.name)?.digest,
            newest.digest,
            'the head is unchanged',
          );
          const details = catalog.packages.details(publisher, newest.record.name);
          assert.equal(details?.equivocation, rule === 'equivocation', 'a proof is kept for an equivocation only');
        } finally {
          catalog.close();
        }
      });
    });
  }
});

import type { ValidateFn, SelectFn } from '@libp2p/kad-dht';
import type { Catalog } from '../../catalog/catalog.ts';
import { compareAge } from '../../records/compare.ts';
import { openRecord, recordDigest } from '../../records/record.ts';
import type { RecordSink } from '../shared/record-sink.ts';
import { parseHeadKey } from './head-key.ts';

interface ValidatorCatalog {
  readonly packages: Pick<Catalog['packages'], 'get' | 'getByDigest'>;
}

/**
 * Decides which values other nodes may store here, and which count as answers. It compares with the catalog because the DHT's
 * PUT never calls the selector: an old valid record would replace a newer one.
 */
export function headValidator(catalog: ValidatorCatalog, sink: Pick<RecordSink, 'ingest'>): ValidateFn {
  return (key, value) => {
    const { publisher, name } = parseHeadKey(key);
    const seen = catalog.packages.getByDigest(recordDigest(value));
    // All peers that answer a query send the same bytes, which were verified when they came first.
    if (seen?.publisher === publisher && seen.name === name) return;
    const { record } = openRecord(value);
    if (record.publisher !== publisher || record.name !== name)
      throw new Error('The record belongs to another package');
    const known = catalog.packages.get(publisher, name);
    if (known !== undefined && record.seq < known.record.seq) throw new Error('A newer record is already known');
    const { outcome, reason } = sink.ingest(value);
    if (outcome === 'refused' || outcome === 'conflict' || outcome === 'older') throw new Error(reason ?? outcome);
  };
}

/** Index of the newest of several valid records. */
export const selectHead: SelectFn = (_key, values) => {
  const [newest] = values
    .map((value, index) => ({ index, opened: openRecord(value) }))
    .sort((a, b) => compareAge(b.opened, a.opened));
  return newest?.index ?? 0;
};

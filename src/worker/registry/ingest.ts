import { GgenError, errorMessage } from '../../shared/errors.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Logger } from '../log.ts';
import type { RecordSink, TakeResult } from '../network/context.ts';
import { compareRecords } from '../records/compare.ts';
import { openRecord, recordDigest } from '../records/record.ts';
import type { OpenedRecord } from '../records/record.ts';

export interface IngestOptions {
  readonly catalogue: Catalogue;
  readonly log: Logger;
  /** Called after a package became known or changed. */
  readonly onChange: (id: string) => void;
}

/** Verifies, compares and stores records, whatever path they came by. */
export class Ingest implements RecordSink {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  take(envelope: Uint8Array): TakeResult {
    const { packages } = this.#options.catalogue;
    const seen = packages.byDigest(recordDigest(envelope));
    if (seen !== undefined) return { outcome: 'same', ...seen };
    let opened: OpenedRecord;
    try {
      opened = openRecord(envelope);
    } catch (error) {
      const reason = error instanceof GgenError ? error.details['reason'] : undefined;
      return { outcome: 'refused', reason: typeof reason === 'string' ? reason : errorMessage(error) };
    }
    return this.store(opened, false);
  }

  /** Store a verified record if it moves its package forward. `mine`: it was signed here. */
  store(opened: OpenedRecord, mine: boolean): TakeResult {
    const { catalogue, log, onChange } = this.#options;
    const { publisher, name } = opened.record;
    const id = { publisher, name };
    const known = catalogue.packages.get(publisher, name);
    const comparison = compareRecords(known, opened, catalogue.packages.seenRoots(publisher, name));
    switch (comparison.outcome) {
      case 'same':
        return { outcome: 'same', ...id };
      case 'older':
        return { outcome: 'older', ...id };
      case 'fork':
        if (comparison.winner === 'known') return { outcome: 'older', ...id };
        break;
      case 'equivocation': {
        const versions = comparison.versions.join(', ');
        catalogue.packages.addEquivocation(opened, comparison.versions, Date.now());
        log.warn(`${publisher} signed another content for ${name} ${versions}; the first one seen is kept`);
        onChange(`${publisher}/${name}`);
        return { outcome: 'conflict', ...id, reason: `another content was signed for ${versions}` };
      }
      case 'release-removed':
        return { outcome: 'conflict', ...id, reason: `it lacks releases: ${comparison.versions.join(', ')}` };
      case 'newer':
        break;
    }
    catalogue.packages.put(opened, { mine, now: Date.now() });
    onChange(`${publisher}/${name}`);
    return { outcome: known === undefined ? 'new' : 'newer', ...id };
  }
}

import type { Catalog } from '../../catalog/catalog.ts';
import { isInvalidRecord } from '../shared/record-sink.ts';
import type { RecordSink } from '../shared/record-sink.ts';
import type { Frames } from '../wire/frames.ts';
import { DEFAULT_SEARCH_LIMIT, MAX_UNRELATED_RECORDS } from './limits.ts';
import { isRelated } from './relevance.ts';
import { decodeAnswer } from './wire.ts';
import type { SearchAnswer, WireQuery } from './wire.ts';

/** An answer that no honest peer gives, in any version and over any connection. */
export class InvalidAnswerError extends Error {
  override readonly name = 'InvalidAnswer';
}

export interface AnswerDeps {
  readonly sink: Pick<RecordSink, 'ingestMany'>;
  readonly catalog: {
    readonly packages: Pick<Catalog['packages'], 'get'>;
    readonly peers: Pick<Catalog['peers'], 'addProvider'>;
  };
}

export interface AnswerOptions extends AnswerDeps {
  readonly frames: Frames;
  readonly query: WireQuery;
  /** The peer that answers. */
  readonly peer: string;
  /** Returns a new bound for each wait. */
  readonly timeoutSignal: () => AbortSignal;
  /** Called after each record that is in the catalog now, with the number of records so far. */
  readonly onRecord: (records: number) => void;
}

/**
 * Reads one peer's answer to its end. The records that came before an error stay, since each is valid by itself.
 *
 * @throws InvalidAnswerError when a record is not valid, a package comes twice, or the answer has more records than asked for or
 *   several that are unrelated to the query
 * @throws Error when a frame is malformed, or the peer stalls or disconnects
 */
export async function receiveAnswer(options: AnswerOptions): Promise<void> {
  const { frames, query, timeoutSignal, onRecord } = options;
  const seen = new Set<string>();
  let unrelated = 0;
  for (let count = 0; count <= (query.limit ?? DEFAULT_SEARCH_LIMIT); count++) {
    const answer = decodeAnswer(await frames.read(timeoutSignal()));
    if (answer === undefined) return;
    const ingested = await ingestRecord(options, answer);
    if (ingested === undefined) continue;
    const { id, isRelated } = ingested;
    if (seen.has(id)) throw new InvalidAnswerError(`The response contains ${id} twice`);
    seen.add(id);
    if (!isRelated) unrelated++;
    if (unrelated > MAX_UNRELATED_RECORDS)
      throw new InvalidAnswerError(`Records do not match the query, such as ${id}`);
    onRecord(seen.size);
  }
  throw new InvalidAnswerError('More records than requested');
}

async function ingestRecord(
  { sink, catalog, query, peer, timeoutSignal }: AnswerOptions,
  { envelope, isSeeding }: SearchAnswer,
): Promise<{ id: string; isRelated: boolean } | undefined> {
  const [result] = await sink.ingestMany([envelope], timeoutSignal());
  if (result === undefined) return undefined;
  if (result.outcome === 'refused') {
    if (!isInvalidRecord(result)) return undefined;
    throw new InvalidAnswerError(`Invalid record: ${result.reason ?? ''}`);
  }
  const { publisher = '', name = '' } = result;
  const stored = catalog.packages.get(publisher, name);
  if (isSeeding) catalog.peers.addProvider(peer, publisher, name);
  return { id: `${publisher}/${name}`, isRelated: stored === undefined || isRelated(query, stored.record) };
}

import { isInvalidRecord } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { asBytes, asMap } from '../frames.ts';
import type { Frames } from '../frames.ts';
import { isRelated } from './search-relation.ts';
import type { WireQuery } from './search-wire.ts';

/** Records that have nothing to do with the question, at most: one may have changed while it was on its way. */
const MAX_UNRELATED_RECORDS = 1;

/** An answer that no honest peer gives, whatever its version and however bad the connection. */
export class InvalidAnswerError extends Error {
  override readonly name = 'InvalidAnswer';
}

export interface AnswerOptions extends Pick<NetworkContext, 'sink' | 'catalog'> {
  readonly frames: Frames;
  readonly query: WireQuery;
  /** Who answers. */
  readonly peer: string;
  /** A new bound for each wait. */
  readonly timeoutSignal: () => AbortSignal;
  /** Called with the number of records so far after each that is in the catalog now. */
  readonly onRecord: (records: number) => void;
}

/**
 * Read one peer's answer to its end. Throws at what is provably wrong, whatever the peer's version: a broken frame, a
 * record that is not valid, more records than asked for, one package twice, or several records that have nothing to do
 * with the question. The records that came before stay, since they are valid by themselves.
 */
export async function receiveAnswer(options: AnswerOptions): Promise<void> {
  const { frames, query, timeoutSignal, onRecord } = options;
  const seen = new Set<string>();
  let unrelated = 0;
  for (let count = 0; count <= (query.limit ?? 20); count++) {
    const frame = asMap(await frames.read(timeoutSignal()));
    if (frame['end'] === true) return;
    const ingested = await ingestRecord(options, frame);
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
  frame: Readonly<Record<string, unknown>>,
): Promise<{ id: string; isRelated: boolean } | undefined> {
  const [result] = await sink.ingestMany([asBytes(frame['record'])], timeoutSignal());
  if (result === undefined) return undefined;
  if (result.outcome === 'refused') {
    if (!isInvalidRecord(result)) return undefined;
    throw new InvalidAnswerError(`Invalid record: ${result.reason ?? ''}`);
  }
  const { publisher = '', name = '' } = result;
  const stored = catalog.packages.get(publisher, name);
  if (frame['serves'] === true) catalog.peers.addProvider(peer, publisher, name);
  return { id: `${publisher}/${name}`, isRelated: stored === undefined || isRelated(query, stored.record) };
}

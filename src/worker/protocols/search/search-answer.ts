import { isLie } from '../context.ts';
import type { NetworkContext } from '../context.ts';
import { asBytes, asMap } from '../frames.ts';
import type { Frames } from '../frames.ts';
import { isRelated } from './search-relation.ts';
import type { WireQuery } from './search-wire.ts';

/** Records that have nothing to do with the question, at most: one may have changed while it was on its way. */
const FORGIVEN = 1;

/** An answer that no honest peer gives, whatever its version and however bad the connection. */
export class FalseAnswer extends Error {
  override readonly name = 'FalseAnswer';
}

export interface AnswerOptions extends Pick<NetworkContext, 'sink' | 'catalogue'> {
  readonly frames: Frames;
  readonly query: WireQuery;
  /** Who answers. */
  readonly peer: string;
  /** A new bound for each wait. */
  readonly bound: () => AbortSignal;
  /** Called with the number of records so far after each that is in the catalogue now. */
  readonly onRecord: (records: number) => void;
}

/**
 * Read one peer's answer to its end. Throws at what is provably wrong, whatever the peer's version: a broken frame, a
 * record that is not valid, more records than asked for, one package twice, or several records that have nothing to do
 * with the question. The records that came before stay, since they are valid by themselves.
 */
export async function receiveAnswer(options: AnswerOptions): Promise<void> {
  const { frames, query, bound, onRecord } = options;
  const seen = new Set<string>();
  let unrelated = 0;
  for (let count = 0; count <= (query.limit ?? 20); count++) {
    const frame = asMap(await frames.read(bound()));
    if (frame['end'] === true) return;
    const taken = await takeRecord(options, frame);
    if (taken === undefined) continue;
    const { id, related } = taken;
    if (seen.has(id)) throw new FalseAnswer(`The answer names ${id} twice`);
    seen.add(id);
    if (!related) unrelated++;
    if (unrelated > FORGIVEN) throw new FalseAnswer(`Records have nothing to do with the question, such as ${id}`);
    onRecord(seen.size);
  }
  throw new FalseAnswer('More records than asked for');
}

async function takeRecord(
  { sink, catalogue, query, peer, bound }: AnswerOptions,
  frame: Readonly<Record<string, unknown>>,
): Promise<{ id: string; related: boolean } | undefined> {
  const [result] = await sink.takeMany([asBytes(frame['record'])], bound());
  if (result === undefined) return undefined;
  if (result.outcome === 'refused') {
    if (!isLie(result)) return undefined;
    throw new FalseAnswer(`A record is not valid: ${result.reason ?? ''}`);
  }
  const { publisher = '', name = '' } = result;
  const stored = catalogue.packages.get(publisher, name);
  if (frame['serves'] === true) catalogue.peers.addHolder(peer, publisher, name);
  return { id: `${publisher}/${name}`, related: stored === undefined || isRelated(query, stored.record) };
}

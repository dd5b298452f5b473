import { SEARCH_PROTOCOL } from '../../src/worker/node/protocols.ts';
import { barePeer, serve } from './helpers/bare-peer.ts';

/** A node over real sockets whose answers to searches a test writes frame by frame. */
export interface ScriptedPeer {
  readonly id: string;
  /** Requests that it received. */
  readonly asked: Readonly<Record<string, unknown>>[];
  stop(): Promise<void>;
}

/**
 * @param requesterAddress address of the peer that will ask it
 * @param answer writes the frames; the stream stays open until it resolves
 */
export async function scriptedPeer(
  requesterAddress: string,
  answer: (write: (frame: unknown) => Promise<void>, request: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<ScriptedPeer> {
  const peer = await barePeer();
  const asked: Record<string, unknown>[] = [];
  const timeoutSignal = (): AbortSignal => AbortSignal.timeout(20_000);
  await serve(peer, SEARCH_PROTOCOL, async (frames) => {
    const request = (await frames.read(timeoutSignal())) as Record<string, unknown>;
    asked.push(request);
    await answer((frame) => frames.write(frame, timeoutSignal()), request);
    await frames.close(timeoutSignal());
  });
  await peer.dial(requesterAddress);
  return { id: peer.id, asked, stop: () => peer.stop() };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHeadlessPeer, type HeadlessPeer, type HeadlessPeerOptions } from '../../../scripts/lib/headless-peer.ts';

export type { HeadlessPeer, PeerEvent } from '../../../scripts/lib/headless-peer.ts';

/** Start a headless peer (`dist/ggen-p2p.mjs`) with a temporary data folder, which `stop` removes. */
export async function startPeer(options: Omit<HeadlessPeerOptions, 'data'> = {}): Promise<HeadlessPeer> {
  const data = await mkdtemp(join(tmpdir(), 'ggen-peer-'));
  const remove = (): Promise<void> => rm(data, { recursive: true, force: true, maxRetries: 5 });
  try {
    const peer = await startHeadlessPeer({ ...options, data });
    const stop = async (): Promise<void> => {
      await peer.stop();
      await remove();
    };
    return { ...peer, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

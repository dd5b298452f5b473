import { startPeer } from '../harness/peer.ts';

/** A headless peer that can stall with its connections open, as a machine that goes to sleep does. */
export interface StallingPeer {
  readonly address: string;
  stall(): void;
  stop(): Promise<void>;
}

/** Start a peer that publishes a project. */
export async function startStallingPeer(project: string): Promise<StallingPeer> {
  const peer = await startPeer({ publish: [project] });
  const [address = ''] = peer.addresses;
  return {
    address,
    stall: () => void peer.process.kill('SIGSTOP'),
    stop: async () => {
      // A process stopped by SIGSTOP does not handle SIGTERM.
      peer.process.kill('SIGCONT');
      await peer.stop();
    },
  };
}

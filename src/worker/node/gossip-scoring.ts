import { createTopicScoreParams } from '@libp2p/gossipsub/score';
import type { PeerScoreParams, PeerScoreThresholds } from '@libp2p/gossipsub/score';
import { TOPIC } from './protocols.ts';

/**
 * How gossipsub scores peers (v1.1 specification, "Peer Scoring").
 *
 * @param reputation returns a peer's reputation, 0 to 1
 * @param isBanned returns whether messages of a peer are ignored
 */
export function scoreParams(
  reputation: (peer: string) => number,
  isBanned: (peer: string) => boolean,
): Partial<PeerScoreParams> {
  return {
    topics: {
      [TOPIC]: createTopicScoreParams({
        topicWeight: 1,
        timeInMeshWeight: 0.01,
        timeInMeshQuantum: 1000,
        timeInMeshCap: 300,
        firstMessageDeliveriesWeight: 0.5,
        firstMessageDeliveriesDecay: 0.9,
        firstMessageDeliveriesCap: 20,
        // Hours may pass without an announcement: quiet peers are not faulty, so the delivery-rate penalties are off.
        meshMessageDeliveriesWeight: 0,
        meshMessageDeliveriesThreshold: 1,
        meshFailurePenaltyWeight: 0,
        // Without this a rejected message would cost its sender nothing. The counter is squared, and decays by a tenth each
        // second: four rejected messages at once graylist the sender for some seconds.
        invalidMessageDeliveriesWeight: -10,
        invalidMessageDeliveriesDecay: 0.9,
      }),
    },
    // A new peer with 0.85 gets +3.5, a peer with proven invalid responses down to -5.
    appSpecificScore: (peer) => (isBanned(peer) ? BANNED_SCORE : (reputation(peer) - 0.5) * 10),
    appSpecificWeight: 1,
    // The default graylists more than ten peers on one address: each office behind one router, and each test.
    IPColocationFactorWeight: 0,
  };
}

/** Far below the graylist threshold. */
const BANNED_SCORE = -1_000;

export const SCORE_THRESHOLDS: Partial<PeerScoreThresholds> = {
  gossipThreshold: -10,
  publishThreshold: -40,
  graylistThreshold: -80,
};

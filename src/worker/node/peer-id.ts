import { peerIdFromString } from '@libp2p/peer-id';
import type { PeerId } from '@libp2p/interface';

/** @throws Error when the text is no peer id */
export function peerIdFromText(text: string): PeerId {
  return peerIdFromString(text);
}

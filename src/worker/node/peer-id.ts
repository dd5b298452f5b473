import { publicKeyFromRaw } from '@libp2p/crypto/keys';
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id';
import type { PeerId } from '@libp2p/interface';

/** @throws Error when the text is no peer id */
export function peerIdFromText(text: string): PeerId {
  return peerIdFromString(text);
}

/** Text form of the peer id that belongs to a raw Ed25519 public key, 32 bytes. */
export function peerIdOfKey(raw: Uint8Array): string {
  return peerIdFromPublicKey(publicKeyFromRaw(raw)).toString();
}

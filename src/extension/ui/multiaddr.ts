import type { Localize } from './localize.ts';

/**
 * Checks the form of multiaddrs while the user types them. Whether a peer listens there is known only after dialing.
 */

const HOST =
  /^\/(?:ip4\/(?:\d{1,3}\.){3}\d{1,3}|ip6\/[0-9a-fA-F:.]+|dns(?:4|6)?\/[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)\/tcp\/(\d{1,5})/;
// Ed25519 and secp256k1 keys are inlined, RSA keys are hashed, all in base58btc; a CID in base32 or base36 holds any
// key.
const PEER_ID =
  /^(?:12D3KooW[1-9A-HJ-NP-Za-km-z]{44}|16Uiu2[1-9A-HJ-NP-Za-km-z]{48}|Qm[1-9A-HJ-NP-Za-km-z]{44}|[bk][a-z0-9]{50,80})$/;

/** The problem of a bootstrap peer's address; undefined when its form is valid. */
export function peerAddressProblem(address: string, t: Localize): string | undefined {
  const peer = /^(.*)\/p2p\/([^/]+)$/.exec(address);
  if (peer === null)
    return t('The address must end in /p2p/<peer ID>, for example /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…');
  const problem = hostProblem(peer[1] ?? '', t);
  if (problem !== undefined) return problem;
  return PEER_ID.test(peer[2] ?? '') ? undefined : t('“{0}” is not a valid peer ID.', peer[2] ?? '');
}

/** The problem of a listen address; undefined when its form is valid. */
export function listenAddressProblem(address: string, t: Localize): string | undefined {
  return hostProblem(address, t);
}

function hostProblem(address: string, t: Localize): string | undefined {
  const host = HOST.exec(address);
  if (host?.[0].length !== address.length || !octetsInRange(address)) {
    return t('The address must start with a host and a TCP port, for example /ip4/192.0.2.7/tcp/4001.');
  }
  return Number(host[1]) > 65_535 ? t('The port must be at most 65535.') : undefined;
}

function octetsInRange(address: string): boolean {
  const octets = /^\/ip4\/([\d.]+)\//.exec(address)?.[1];
  return octets === undefined || octets.split('.').every((octet) => Number(octet) <= 255);
}

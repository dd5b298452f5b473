import { BlockList, isIP } from 'node:net';
import { UsageError } from '../command-line/usage-error.ts';

export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Parse `HOST:PORT`, `[IPv6]:PORT` or a port alone, which means 127.0.0.1. Port 0 means any free port.
 *
 * @throws UsageError when it is invalid, or other machines reach it and `remote` is false
 */
export function parseHttpAddress(text: string, remote: boolean): HttpAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([^:\s/]+)):)?(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '127.0.0.1';
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new UsageError(`'${text}' is not a valid HTTP address. Use a format like 127.0.0.1:9464.`);
  if (!remote && !isLoopback(host)) {
    throw new UsageError(
      `Other machines can reach ${host}, and the HTTP endpoint has no authentication. To allow this, use --http-remote.`,
    );
  }
  return { host, port };
}

/** Whether only this machine reaches the host. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether a request's Host header is an address or a name of this machine. It refuses web pages whose own name resolves
 * to this machine (DNS rebinding).
 */
export function isOwnHost(header: string | undefined, names: readonly string[]): boolean {
  const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(header ?? '');
  const host = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
  return isIP(host) !== 0 || host === 'localhost' || names.includes(host);
}

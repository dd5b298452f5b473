import { readFile } from 'node:fs/promises';

/**
 * The umask of this process as a field of requests, for an engine in another one; empty where the system does not tell. Node's own call sets
 * it for a moment, in which another thread could create a file that everyone can write.
 */
export async function ownUmask(): Promise<{ readonly umask?: number }> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const [, octal] = /^Umask:\s*([0-7]{1,4})$/m.exec(status) ?? [];
  return octal === undefined ? {} : { umask: Number.parseInt(octal, 8) };
}

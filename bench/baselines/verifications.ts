import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MESSAGE_BYTES = 600;
const WARM_UP = 200;

const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = createPublicKey(privateKey);
const message = Buffer.alloc(MESSAGE_BYTES, 1);
const signature = sign(null, message, privateKey);
verifyMany(WARM_UP);

/** Verify so many Ed25519 signatures of messages as long as a record, one after the other. Milliseconds. */
export function verifyMany(count: number): number {
  const began = performance.now();
  for (let index = 0; index < count; index++) verify(null, message, publicKey, signature);
  return performance.now() - began;
}

/** How long the event loop is held (99th percentile, milliseconds) while `each` are verified in every turn, so many in all. */
export async function delayOfVerifying(count: number, each: number): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let done = 0; done < count; done += each) {
    verifyMany(each);
    await nextTurn();
  }
  delay.disable();
  return delay.percentile(99) / 1e6;
}

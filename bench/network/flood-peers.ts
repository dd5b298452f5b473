/**
 * The other side of `flood.ts`, in a thread of its own: peers on TCP that have signed announcements ready before the clock
 * runs, and send them as told.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { TOPIC } from '../../src/worker/node/protocols.ts';
import { bytesToSign, encodePayload, sealRecord } from '../../src/worker/records/record.ts';
import { barePeer } from '../../test/net/helpers/bare-peer.ts';
import type { BarePeer } from '../../test/net/helpers/bare-peer.ts';
import { generateRecord, seededRandom } from '../search-corpus.ts';
import type { FloodCommand, FloodOptions } from './flood.ts';

/** What gossipsub hands to its stream; the class has it, its type does not. */
interface RpcSender {
  sendRpc(peer: string, rpc: unknown): boolean;
}

const PUBLISHERS = 50;
const TICK_INTERVAL_MS = 10;

const port = parentPort;
if (port === null) throw new Error('This file must run as a worker thread.');
const { address, receiver, senders, records } = workerData as FloodOptions;

const envelopes = signedRecords(records);
const peers: BarePeer[] = [];
/** By sender: its share of the announcements, each as gossipsub would send it. */
const shares: unknown[][] = [];
for (let index = 0; index < senders; index++) {
  const peer = await barePeer();
  peers.push(peer);
  // It only speaks: what it would hear back would cost this thread as much as the receiver.
  peer.node.libp2p.services.pubsub.unsubscribe(TOPIC);
  await peer.dial(address);
  while (!peer.node.libp2p.services.pubsub.getSubscribers(TOPIC).some((id) => id.toString() === receiver))
    await delay(10);
  shares.push(
    await captured(
      peer,
      envelopes.filter((_, at) => at % senders === index),
    ),
  );
}
port.postMessage('ready');

port.on('message', (command: FloodCommand) => {
  void runCommand(command).then((reply) => {
    port.postMessage(reply);
  });
});

async function runCommand(command: FloodCommand): Promise<string> {
  if (command.type === 'stop') {
    await Promise.all(peers.map((peer) => peer.stop()));
    port?.close();
    return 'stopped';
  }
  const began = performance.now();
  const total = (command.to - command.from) * senders;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) * command.perSecond) / 1000));
    for (; sent < due; sent++) sendNext(sent, command);
    await delay(TICK_INTERVAL_MS);
  }
  return 'sent';
}

/** The next announcement: one of each peer in turn; `by` peers further on, so that another one than before says it. */
function sendNext(sent: number, { from, senderOffset }: Extract<FloodCommand, { type: 'send' }>): void {
  const forwarder = peers[(sent + senderOffset) % senders];
  const message = shares[sent % senders]?.[from + Math.floor(sent / senders)];
  if (forwarder === undefined || message === undefined) throw new Error('There is no such announcement.');
  const { pubsub } = forwarder.node.libp2p.services;
  (pubsub as unknown as RpcSender).sendRpc(receiver, message);
}

/** Publish, but keep what would go out. */
async function captured(peer: BarePeer, data: readonly Uint8Array[]): Promise<unknown[]> {
  const sender = peer.node.libp2p.services.pubsub as unknown as RpcSender;
  const messages: unknown[] = [];
  sender.sendRpc = (_peer, rpc) => messages.push(rpc) > 0;
  for (const one of data) await peer.announce(one);
  // The class's own comes to light again.
  Reflect.deleteProperty(sender, 'sendRpc');
  if (messages.length !== data.length) throw new Error(`Only ${messages.length} of ${data.length} could be announced.`);
  return messages;
}

function signedRecords(count: number): Uint8Array[] {
  const random = seededRandom(5);
  const keys = Array.from({ length: PUBLISHERS }, createPublisherKey);
  return Array.from({ length: count }, (_, index) => {
    const key = keys[index % keys.length] ?? createPublisherKey();
    const payload = encodePayload(generateRecord(random, key.id, index));
    return sealRecord(payload, key.sign(bytesToSign(payload)));
  });
}

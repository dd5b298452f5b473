/** A bare node in a thread of its own, as an engine has one: does what it is told, and says when it is done. */
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { BareNode } from './bare-node.ts';
import type { BareOrder, BareReport } from './bare-peer.ts';

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const node = await BareNode.start(() => {
  send({ said: 'heard' });
});
port.on('message', (order: BareOrder) => {
  obey(order).then(
    () => {
      send({ said: 'done' });
      if (order.type === 'stop') port.close();
    },
    (error: unknown) => {
      send({ said: 'failed', why: String(error) });
    },
  );
});
send({ said: 'ready', address: node.address });

async function obey(order: BareOrder): Promise<void> {
  if (order.type === 'dial') await node.dial(order.address);
  else if (order.type === 'listeners') while (node.listeners < order.count) await delay(10);
  else if (order.type === 'publish') await node.publish(new Uint8Array(order.bytes).fill(1));
  else if (order.type === 'ask') await node.roundTrip(order.address, order.bytes);
  else await node.stop();
}

function send(report: BareReport): void {
  port?.postMessage(report);
}

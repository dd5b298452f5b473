/** A thread that verifies signatures, a hundred in a turn of its loop, and answers messages in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { verifyMany } from './verifications.ts';

const IN_ONE_TURN = 100;

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const stopped = new AbortController();
port.on('message', (order: 'stop' | 'answer') => {
  if (order === 'stop') stopped.abort();
  else port.postMessage('answer');
});
port.postMessage('ready');
while (!stopped.signal.aborted) {
  verifyMany(IN_ONE_TURN);
  await nextTurn();
}
port.close();

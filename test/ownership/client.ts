/** A process that opens a host on a data folder and does what its parent says: a window or a command, as the others see it. */
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/defaults.ts';
import { errorMessage, errorName } from '../../src/shared/errors.ts';
import { openHost } from '../../src/worker/ownership/host.ts';
import type { ClientRequest, ClientMessage } from './messages.ts';

const [dataDir = '', patience = '15000'] = process.argv.slice(2);
const key = createPublisherKey();
const host = await openHost({ dataDir, version: '0.0.0-test', patience: Number(patience) }).catch((error: unknown) => {
  send({ kind: 'refused', name: errorName(error), message: errorMessage(error) });
  return undefined;
});

function send(message: ClientMessage): void {
  // A parent that is gone already has nothing left to be told.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function act(request: ClientRequest): Promise<unknown> {
  if (host === undefined) throw new Error('There is no host.');
  switch (request.act) {
    case 'start':
      return await host.startNode({ ...DEFAULT_NODE_SETTINGS, listen: ['/ip4/127.0.0.1/tcp/0'], ...request.settings });
    case 'call': {
      const call = host[request.name] as (argument: unknown) => Promise<unknown>;
      return await call(request.request);
    }
    case 'publish': {
      const { draft, bytesToSign } = await host.draftRelease({ root: request.root, publisher: key.id });
      try {
        return await host.publish({ draft, signature: key.sign(bytesToSign) });
      } catch (error) {
        await host.discardDraft({ draft }).catch(() => undefined);
        throw error;
      }
    }
    case 'close':
      await host.close();
      return undefined;
  }
}

if (host !== undefined) {
  host.subscribe('node', ({ status: { state } }) => {
    send({ kind: 'node', state });
  });
  host.subscribe('packages', ({ version, counts }) => {
    send({ kind: 'packages', version, published: counts.published });
  });
  void host.failed.then((error) => {
    send({ kind: 'failed', name: error.name, message: error.message });
  });
  process.on('message', (request: ClientRequest) => {
    act(request).then(
      (value) => {
        send({ kind: 'done', id: request.id, value });
        if (request.act === 'close') process.disconnect();
      },
      (error: unknown) => {
        send({ kind: 'error', id: request.id, name: errorName(error), message: errorMessage(error) });
      },
    );
  });
  process.once('disconnect', () => {
    void host.close().finally(() => process.exit(0));
  });
  send({ kind: 'open', publisher: key.id });
} else {
  process.disconnect();
}

/** A process that opens a shared engine and follows its parent's requests: to other processes, a window or a command. */
import { createPublisherKey } from '../../src/identity/publisher-key.ts';
import { DEFAULT_NODE_SETTINGS } from '../../src/shared/settings/node-settings.ts';
import { errorMessage, errorName } from '../../src/shared/errors.ts';
import { openSharedEngine } from '../../src/worker/ownership/shared-engine.ts';
import type { ClientRequest, ClientMessage } from './messages.ts';

const [dataDir = '', timeoutMs = '120000'] = process.argv.slice(2);
const key = createPublisherKey();
const sharedEngine = await openSharedEngine({ dataDir, version: '0.0.0-test', timeoutMs: Number(timeoutMs) }).catch(
  (error: unknown) => {
    send({ kind: 'refused', name: errorName(error), message: errorMessage(error) });
    return undefined;
  },
);

function send(message: ClientMessage): void {
  // The parent has already ended.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function handle(request: ClientRequest): Promise<unknown> {
  if (sharedEngine === undefined) throw new Error('There is no engine.');
  switch (request.type) {
    case 'start':
      return await sharedEngine.startNode({
        ...DEFAULT_NODE_SETTINGS,
        listen: ['/ip4/127.0.0.1/tcp/0'],
        ...request.settings,
      });
    case 'call': {
      const call = sharedEngine[request.name] as (argument: unknown) => Promise<unknown>;
      return await call(request.request);
    }
    case 'publish': {
      const { draft, bytesToSign } = await sharedEngine.draftRelease({ root: request.root, publisher: key.id });
      try {
        return await sharedEngine.publish({ draft, signature: key.sign(bytesToSign) });
      } catch (error) {
        await sharedEngine.discardDraft({ draft }).catch(() => undefined);
        throw error;
      }
    }
    case 'close':
      await sharedEngine.close();
      return undefined;
  }
}

if (sharedEngine !== undefined) {
  sharedEngine.subscribe('node', ({ status: { state } }) => {
    send({ kind: 'node', state });
  });
  sharedEngine.subscribe('packages', ({ version, counts }) => {
    send({ kind: 'packages', version, published: counts.published });
  });
  void sharedEngine.failed.then((error) => {
    send({ kind: 'failed', name: error.name, message: error.message });
  });
  process.on('message', (request: ClientRequest) => {
    handle(request).then(
      (value) => {
        send({ kind: 'done', id: request.id, value });
        if (request.type === 'close') process.disconnect();
      },
      (error: unknown) => {
        send({ kind: 'error', id: request.id, name: errorName(error), message: errorMessage(error) });
      },
    );
  });
  process.once('disconnect', () => {
    void sharedEngine.close().finally(() => process.exit(0));
  });
  send({ kind: 'open', publisher: key.id });
} else {
  process.disconnect();
}

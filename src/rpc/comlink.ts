import { expose, wrap } from 'comlink/dist/esm/comlink.mjs';
import type { Remote } from 'comlink/dist/esm/comlink.mjs';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { NodePort } from 'comlink/dist/esm/node-adapter.mjs';
import type { RpcEndpoint } from './endpoint.ts';
import type { Dispatch } from './protocol.ts';
import { DISPATCH_NAMES } from './protocol.ts';
import { isPlainObject } from './plain-data.ts';

/**
 * Expose a dispatch object to the far side, through a gate that accepts only calls of its methods with plain arguments.
 * Without the gate, comlink would follow any path (`constructor.constructor` is `Function`), assign members and open
 * ports. Returns the function that ends it.
 *
 * @param unsendable makes the reply to send when the endpoint cannot send the original one
 */
export function exposeDispatch(
  dispatch: Dispatch,
  endpoint: RpcEndpoint,
  unsendable: (error: unknown) => unknown,
): () => void {
  const gate = openGate(endpoint, isDispatchCall);
  const post = (message: unknown): void => {
    try {
      gate.port.postMessage(message);
    } catch (error) {
      const id = isPlainObject(message) ? message['id'] : undefined;
      gate.port.postMessage({ id, type: 'RAW', value: unsendable(error) });
    }
  };
  expose(dispatch, nodeEndpoint({ ...gate.port, postMessage: post }));
  return gate.close;
}

/** The far side's dispatch object, and the function that releases it. */
export function wrapDispatch(endpoint: RpcEndpoint): { remote: Remote<Dispatch>; close: () => void } {
  const gate = openGate(endpoint, isAnswer);
  return { remote: wrap<Dispatch>(nodeEndpoint(gate.port)), close: gate.close };
}

/** A port on the endpoint that passes only accepted messages, and none in either direction once closed. */
function openGate(endpoint: RpcEndpoint, accept: (message: unknown) => boolean): { port: NodePort; close: () => void } {
  const undo = new Map<(message: unknown) => void, () => void>();
  let open = true;
  const close = (): void => {
    open = false;
    for (const remove of undo.values()) remove();
    undo.clear();
  };
  const port: NodePort = {
    postMessage: (message) => {
      if (open) endpoint.postMessage(message);
    },
    on: (_type, listener) => {
      undo.set(
        listener,
        endpoint.onMessage((message) => {
          if (accept(message)) listener(message);
        }),
      );
    },
    off: (_type, listener) => {
      undo.get(listener)?.();
      undo.delete(listener);
    },
  };
  return { port, close };
}

/** Those of `Dispatch.call`, the method with the most arguments. */
const MAX_ARGUMENTS = 4;

function isDispatchCall(message: unknown): boolean {
  if (!isPlainObject(message) || message['type'] !== 'APPLY' || typeof message['id'] !== 'string') return false;
  const path: unknown = message['path'];
  const args: unknown = message['argumentList'];
  return (
    Array.isArray(path) &&
    path.length === 1 &&
    (DISPATCH_NAMES as readonly unknown[]).includes(path[0]) &&
    Array.isArray(args) &&
    args.length <= MAX_ARGUMENTS &&
    args.every((argument) => isPlainObject(argument) && argument['type'] === 'RAW')
  );
}

function isAnswer(message: unknown): boolean {
  if (!isPlainObject(message) || typeof message['id'] !== 'string') return false;
  return message['type'] === 'RAW' || (message['type'] === 'HANDLER' && message['name'] === 'throw');
}

import type { CallName } from '../../src/shared/api/index.ts';
import type { NodeSettings } from '../../src/shared/model.ts';

/** A request to a client process. */
export type ClientRequest = { readonly id: number } & (
  | { readonly type: 'start'; readonly settings?: Partial<NodeSettings> }
  | { readonly type: 'call'; readonly name: CallName; readonly request: object }
  | { readonly type: 'publish'; readonly root: string }
  | { readonly type: 'close' }
);

/** A message from a client process. */
export type ClientMessage =
  | { readonly kind: 'open'; readonly publisher: string }
  | { readonly kind: 'refused' | 'failed'; readonly name: string; readonly message: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly name: string; readonly message: string }
  | { readonly kind: 'node'; readonly state: string }
  | { readonly kind: 'packages'; readonly version: number; readonly published: number };

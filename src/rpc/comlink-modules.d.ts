// comlink ships its ES modules without declarations of their own, and its package entry is the UMD build. Naming the ES
// modules makes plain Node and esbuild load the same, single build. Its declarations need the DOM library, which this
// code must not have, so the little that is used is declared here in Node's terms.
declare module 'comlink/dist/esm/comlink.mjs' {
  import type { Remote } from 'comlink';
  import type { ComlinkEndpoint } from 'comlink/dist/esm/node-adapter.mjs';

  export type { Remote };
  export function expose(object: object, endpoint: ComlinkEndpoint): void;
  export function wrap<T>(endpoint: ComlinkEndpoint): Remote<T>;
}

declare module 'comlink/dist/esm/node-adapter.mjs' {
  /** Opaque: made by the adapter, taken by `expose` and `wrap`. */
  export interface ComlinkEndpoint {
    readonly addEventListener: unknown;
  }

  /** The part of a Node port that the adapter uses. Listeners get the message itself. */
  export interface NodePort {
    postMessage(message: unknown): void;
    on(type: 'message', listener: (message: unknown) => void): void;
    off(type: 'message', listener: (message: unknown) => void): void;
  }

  export default function nodeEndpoint(port: NodePort): ComlinkEndpoint;
}

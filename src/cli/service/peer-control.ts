import { VERSION } from '../version.ts';
import type { ControlRequest, PeerState } from './control.ts';
import type { Peer } from './peer.ts';

/** Answers the requests of other commands: state, stop and reload. */
export class PeerControl {
  /** Resolves to the error of a configuration that was refused. */
  onReload: () => Promise<Error | undefined> = () => Promise.resolve(undefined);
  /** Aborted when a command stops the peer. */
  readonly #stop: AbortController;
  #state: PeerState['state'] = 'starting';
  #peer: Pick<Peer, 'http'> | undefined;

  constructor(stop: AbortController) {
    this.#stop = stop;
  }

  ready(peer: Pick<Peer, 'http'>): void {
    this.#peer = peer;
    this.#state = 'ready';
  }

  stopping(): void {
    this.#state = 'stopping';
  }

  answer(request: ControlRequest): PeerState | Promise<PeerState> {
    if (request === 'stop') this.stop();
    return request === 'reload' ? this.#reload() : this.#describe();
  }

  /** Stop the peer. */
  stop(): void {
    this.stopping();
    this.#stop.abort(new DOMException('Stopped.', 'AbortError'));
  }

  async #reload(): Promise<PeerState> {
    const error = await this.onReload();
    const state = this.#describe();
    return error === undefined ? state : { ...state, refused: { name: error.name, message: error.message } };
  }

  #describe(): PeerState {
    const http = this.#peer?.http;
    return { pid: process.pid, version: VERSION, state: this.#state, ...(http === undefined ? {} : { http }) };
  }
}

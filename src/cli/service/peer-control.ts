import { VERSION } from '../session/session.ts';
import type { ControlRequest, PeerState } from './control.ts';
import type { Peer } from './peer.ts';

/** Answers the requests of other commands: state, stop and reload. */
export class PeerControl {
  onReload: () => void = () => undefined;
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

  answer(request: ControlRequest): PeerState {
    if (request === 'stop') {
      this.stopping();
      this.#stop.abort(new DOMException('Stopped.', 'AbortError'));
    }
    if (request === 'reload') this.onReload();
    const http = this.#peer?.http;
    return { pid: process.pid, version: VERSION, state: this.#state, ...(http === undefined ? {} : { http }) };
  }
}

/**
 * One end of a two-way message channel: a worker's port or a socket. Messages are plain data, arrive whole and in the
 * order in which they were posted.
 */
export interface RpcEndpoint {
  /**
   * Send a message. It is dropped when the channel is closed.
   *
   * @throws when the message cannot be serialized or is too large
   */
  postMessage(message: unknown): void;
  /**
   * Add a listener. Messages that arrive before the first listener are kept for it. Returns the function that removes
   * it.
   */
  onMessage(listener: (message: unknown) => void): () => void;
  /**
   * Add a listener that is called once, when the channel closes on either side. Returns the function that removes it.
   */
  onClose(listener: () => void): () => void;
  /** Close the channel. A worker's port stays open: the owner of the worker ends it. */
  close(): void;
}

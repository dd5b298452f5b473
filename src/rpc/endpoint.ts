/**
 * One end of a two-way message channel: a worker's port or a socket. Messages are plain data, arrive whole and in the
 * order in which they were posted.
 */
export interface RpcEndpoint {
  /** Hand a message over. Silently dropped once the channel is closed; throws when the message cannot be sent at all. */
  postMessage(message: unknown): void;
  /** Receive messages from now on. A side that is spoken to first loses none before its first listener. Returns the undoing. */
  onMessage(listener: (message: unknown) => void): () => void;
  /** Called once when the far side is gone or the channel was closed. Returns the undoing. */
  onClose(listener: () => void): () => void;
  /** Let go of the channel. A worker's port stays open, because whoever owns the worker ends it. */
  close(): void;
}

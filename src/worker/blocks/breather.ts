/** Longest work in one go, in milliseconds: the event loop serves the network in between. */
const SLICE_MS = 8;

/** Lets the event loop go on when work has taken a while. Asked after every step, it costs next to nothing. */
export function breather(signal: AbortSignal): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    since = performance.now();
  };
}

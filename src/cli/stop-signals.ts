/** Exit code of a program that a signal ended, by the shells' convention. */
const ENDED_BY = { SIGINT: 130, SIGTERM: 143 } as const;

/** Aborts at the first SIGINT or SIGTERM; the second one ends the process at once. */
export function stopSignal(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(new DOMException('Stopped.', 'AbortError'));
  };
  for (const [name, code] of Object.entries(ENDED_BY)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      stop();
    });
  }
  return { signal: controller.signal, stop };
}

/** Resolves once the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}

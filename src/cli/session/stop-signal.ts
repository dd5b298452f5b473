/** Exit codes after a signal, by the convention of shells: 128 and the signal's number. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignalName = keyof typeof SIGNAL_EXIT_CODES;

export interface StopRequest {
  readonly signal: AbortSignal;
  /** Abort the signal as SIGTERM does. */
  readonly stop: () => void;
  /** Exit code of the signal that arrived, if any. */
  readonly exitCode: () => number | undefined;
}

/** Aborts at the first SIGINT or SIGTERM; the second one exits at once. */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  let receivedSignal: StopSignalName | undefined;
  const stop = (): void => {
    controller.abort(new DOMException('Stopped.', 'AbortError'));
  };
  for (const name of Object.keys(SIGNAL_EXIT_CODES) as StopSignalName[]) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(SIGNAL_EXIT_CODES[name]);
      receivedSignal = name;
      stop();
    });
  }
  return {
    signal: controller.signal,
    stop,
    exitCode: () => (receivedSignal === undefined ? undefined : SIGNAL_EXIT_CODES[receivedSignal]),
  };
}

/** Resolves once the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
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

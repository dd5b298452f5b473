/** Exit code of a program that a signal ended, by the shells' convention. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignalName = keyof typeof SIGNAL_EXIT_CODES;

export interface StopRequest {
  readonly signal: AbortSignal;
  /** Ask for the end from within. */
  readonly stop: () => void;
  /** Exit code that belongs to the system's signal, if one asked for the end. */
  readonly exitCode: () => number | undefined;
}

/** Aborts at the first SIGINT or SIGTERM; the second one ends the process at once. */
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

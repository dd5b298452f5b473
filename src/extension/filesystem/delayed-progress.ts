import * as vscode from 'vscode';

/** Shorter tasks show no notification. */
const PROGRESS_DELAY_MS = 1_500;

/**
 * Run a task for which VS Code shows no progress. A notification with a Cancel button appears only when it takes long.
 *
 * @param work receives the signal of the Cancel button and a function that sets the progress line
 */
export async function withDelayedProgress<T>(
  title: string,
  work: (signal: AbortSignal, report: (line: string) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let newest = '';
  let show = (line: string): void => {
    newest = line;
  };
  const running = work(controller.signal, (line) => {
    show(line);
  });
  const over = running.then(
    () => undefined,
    () => undefined,
  );
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      (progress, token) => {
        token.onCancellationRequested(() => {
          controller.abort();
        });
        show = (message) => {
          progress.report({ message });
        };
        show(newest);
        return over;
      },
    );
  }, PROGRESS_DELAY_MS);
  try {
    return await running;
  } finally {
    clearTimeout(timer);
  }
}

import * as vscode from 'vscode';

/** What is done by then needs no notification. */
const PROGRESS_DELAY_MS = 1_500;

/**
 * Do something that VS Code itself shows nothing of, and say so only when it takes long: a notification with a Cancel
 * button.
 *
 * @param work is told to end by its signal, and may report a line on how far it has come
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

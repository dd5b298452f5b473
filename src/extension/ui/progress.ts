import * as vscode from 'vscode';

export interface TaskContext<Progress> {
  /** Aborted when the user presses Cancel. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Run a long task with a notification that shows its progress and can cancel it.
 *
 * @param describe line to show for a progress report, with the percentage done where it is known
 */
export async function withProgress<Result, Progress = never>(
  title: string,
  describe: (progress: Progress) => { readonly text: string; readonly percent?: number },
  task: (task: TaskContext<Progress>) => Promise<Result>,
): Promise<Result> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => {
      controller.abort();
    });
    let reported = 0;
    const onProgress = (update: Progress): void => {
      const { text, percent = reported } = describe(update);
      progress.report({ message: text, increment: Math.max(0, percent - reported) });
      reported = Math.max(reported, percent);
    };
    try {
      return await task({ signal: controller.signal, onProgress });
    } finally {
      subscription.dispose();
    }
  });
}

/** Run a long task that reports no progress with a notification that can cancel it. */
export async function withCancelButton<Result>(
  title: string,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  return await withProgress(
    title,
    () => ({ text: '' }),
    ({ signal }) => task(signal),
  );
}

/** Run a short task with a progress line in the status bar. */
export async function withWindowProgress<Result>(title: string, task: () => Promise<Result>): Promise<Result> {
  return await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, task);
}

/** The percentage done; empty when the total is unknown or 0. */
export function percentOf(done: number, total: number | undefined): { readonly percent?: number } {
  return total === undefined || total === 0 ? {} : { percent: Math.min(100, (100 * done) / total) };
}

/** Something that the person at the keyboard can put right: one line that ends in the next step, no stack. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
}

/** Run a task to its end; a `TaskError` is shown as its line, anything else with its stack. Sets the exit code. */
export async function runTask(task: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await task();
  } catch (error) {
    console.error(error instanceof TaskError ? error.message : error);
    process.exitCode = 1;
  }
}

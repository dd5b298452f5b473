/** Exit code when output was lost, as of any other failure. */
const FAILED = 1;

/**
 * Watches standard output and error, whose failure would otherwise end the process with a stack trace: when output was
 * lost, the exit code is never 0. A full disk is reported on standard error; a reader that has left, as `head` does, is
 * not.
 */
export function watchOutput(): void {
  const { stdout, stderr } = process;
  let failed = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!failed && error.code !== 'EPIPE') stderr.write(`error: The output could not be written: ${error.message}\n`);
    failed = true;
  });
  stderr.on('error', () => {
    failed = true;
  });
  process.on('exit', (code) => {
    if (failed && code === 0) process.exitCode = FAILED;
  });
}

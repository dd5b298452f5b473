/** How to call npm: the one that runs this script, or the one on the PATH. */

/**
 * @param {readonly string[]} args npm's arguments
 * @returns {{command: string, args: string[]}} what to spawn, without a shell
 */
export function npmCommand(args) {
  const cli = process.env.npm_execpath ?? '';
  if (/npm-cli\.c?js$/.test(cli)) return { command: process.execPath, args: [cli, ...args] };
  // npm is a batch file on Windows, which only a command interpreter can start.
  return process.platform === 'win32'
    ? { command: 'cmd.exe', args: ['/d', '/s', '/c', 'npm', ...args] }
    : { command: 'npm', args: [...args] };
}

/** The first thing that npm says of why it failed, on one line. */
export function npmComplaint(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  const words = lines.find((line) => line !== '' && !/^(npm warn|code|errno|syscall)\b/.test(line));
  return (words ?? 'npm gave no reason').replace(/\.$/, '');
}

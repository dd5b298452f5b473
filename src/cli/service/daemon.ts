import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { toNotWritableError } from '../../platform/not-writable.ts';
import { CommandError } from '../errors/command-error.ts';
import { EXIT } from '../errors/exit-codes.ts';

/** Set for a peer whose parent waits until it is ready. */
const DAEMON_VARIABLE = 'GGEN_P2P_DAEMON';
const READY = 'ready';

/** Log file of a peer in the background. */
export function daemonLog(dataDir: string): string {
  return join(dataDir, 'peer.log');
}

/**
 * Start a peer that outlives this process and its terminal. Resolves to its process id when it is ready.
 *
 * @param args arguments of `start`, without `--daemon`
 * @throws CommandError DaemonFailed with the output of the peer
 */
export async function startDaemon(
  args: readonly string[],
  dataDir: string,
  timeoutSignal: AbortSignal,
): Promise<number> {
  const path = daemonLog(dataDir);
  const log = await openLog(dataDir, path).catch((error: unknown) => {
    throw toNotWritableError(dataDir, error);
  });
  const { size } = await log.stat();
  try {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', 'start', ...args], {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      env: { ...process.env, [DAEMON_VARIABLE]: '1' },
    });
    const outcome = await waitForStart(child, timeoutSignal);
    if (outcome !== READY) {
      child.kill();
      throw await startFailedError(path, size, outcome);
    }
    child.disconnect();
    child.unref();
    return child.pid ?? 0;
  } finally {
    await log.close();
  }
}

async function openLog(dataDir: string, path: string): Promise<FileHandle> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  return open(path, 'a', 0o600);
}

/** Tell the parent of a peer in the background that it is ready, so that the parent can exit. */
export function announceReady(): void {
  if (process.env[DAEMON_VARIABLE] === undefined || process.send === undefined) return;
  process.send(READY, undefined, undefined, () => {
    if (process.connected) process.disconnect();
  });
}

function waitForStart(child: ChildProcess, timeoutSignal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    child.once('message', (message) => {
      resolve(message === READY ? READY : 'it sent an unexpected message');
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code) => {
      resolve(`it exited with code ${code ?? 'unknown (stopped by a signal)'}`);
    });
    timeoutSignal.addEventListener('abort', () => {
      resolve('it was not ready in time');
    });
  });
}

async function startFailedError(path: string, from: number, outcome: string): Promise<CommandError> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4_096), 0, 4_096, from);
    const output = buffer.toString('utf8', 0, bytesRead).trim();
    return new CommandError(
      'DaemonFailed',
      EXIT.failed,
      `The background peer did not start: ${outcome}.${output === '' ? '' : `\n${output}`}`,
      `See its log at ${path}, or run 'ggen-p2p start' in the foreground.`,
    );
  } finally {
    await file.close();
  }
}

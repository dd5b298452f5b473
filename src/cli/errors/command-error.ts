/** An error of the command line itself, with its exit code and the next step. */
export class CommandError extends Error {
  override readonly name: string;
  readonly code: number;
  readonly next: string | undefined;

  constructor(
    name:
      | 'KeyNotFound'
      | 'KeyExists'
      | 'PeerRunning'
      | 'NotAPeer'
      | 'DaemonFailed'
      | 'HttpFailed'
      | 'ReloadFailed'
      | 'FileExists',
    code: number,
    message: string,
    next?: string,
  ) {
    super(message);
    this.name = name;
    this.code = code;
    this.next = next;
  }
}

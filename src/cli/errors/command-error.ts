/** An error of the command line itself, with its exit code and the next step. */
export class CommandError extends Error {
  override readonly name: string;
  readonly code: number;
  readonly next: string | undefined;
  /** For programs. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Lines for people, shown below the message. */
  readonly list: string | undefined;

  constructor(
    name:
      | 'KeyNotFound'
      | 'KeyExists'
      | 'PeerRunning'
      | 'NotAPeer'
      | 'DaemonFailed'
      | 'HttpFailed'
      | 'ReloadFailed'
      | 'FileExists'
      | 'PackageAmbiguous'
      | 'WorkspaceRoot',
    code: number,
    message: string,
    next?: string,
    { details = {}, list }: { readonly details?: CommandError['details']; readonly list?: string } = {},
  ) {
    super(message);
    this.name = name;
    this.code = code;
    this.next = next;
    this.details = details;
    this.list = list;
  }
}

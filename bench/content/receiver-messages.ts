/** What a receiver's thread is told to do, and what it answers: milliseconds, or bytes of memory. */
export type ReceiverCommand =
  | { readonly type: 'raw'; readonly address: string; readonly bytes: number }
  | {
      readonly type: 'fetch';
      readonly addresses: readonly string[];
      readonly root: string;
      readonly size: number;
      /** Without compression on the wire. */
      readonly plain?: boolean;
    }
  | { readonly type: 'download'; readonly url: string }
  | { readonly type: 'walk'; readonly address: string; readonly root: string }
  | { readonly type: 'stop' };

export interface ReceiverResult {
  readonly durationMs: number;
  /** Milliseconds to the first block, where there are blocks. */
  readonly first?: number;
  readonly error?: string;
}

/** Asked with the number of bytes as eight bytes, little-endian; answered with so many. */
export const RAW_PROTOCOL = '/ggen-bench/raw/1.0.0';

import type { Diagnostic } from '../../../shared/model.ts';

/** A pointer is shorter than this, by the specification of Git LFS: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const MAX_POINTER_BYTES = 1024;
const POINTER =
  /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v\d+\n(?:.*\n)*?oid sha256:[0-9a-f]{64}\n/;
/** Further pointers are counted. */
const MAX_LISTED_POINTERS = 100;

/** Finds files that Git LFS has not replaced by their content, in the bytes that are packed. */
export class LfsPointers {
  readonly #paths: string[] = [];

  /** Inspects the bytes of a file and yields them unchanged. */
  async *scan(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    let head = Buffer.alloc(0);
    for await (const chunk of bytes) {
      if (head.length < MAX_POINTER_BYTES) head = Buffer.concat([head, chunk.subarray(0, MAX_POINTER_BYTES)]);
      yield chunk;
    }
    if (head.length < MAX_POINTER_BYTES && POINTER.test(head.toString('latin1'))) this.#paths.push(path);
  }

  /** Sorted by path. Each one blocks publishing. */
  diagnostics(): Diagnostic[] {
    const paths = this.#paths.toSorted();
    const [next] = paths.slice(MAX_LISTED_POINTERS);
    const more = paths.length - MAX_LISTED_POINTERS;
    return [
      ...paths.slice(0, MAX_LISTED_POINTERS).map(pointerDiagnostic),
      ...(next === undefined
        ? []
        : [{ ...pointerDiagnostic(next), message: `${more} more files are Git LFS pointers.` }]),
    ];
  }
}

function pointerDiagnostic(path: string): Diagnostic {
  const message =
    'This is a Git LFS pointer, not the actual file. ' +
    'Run "git lfs pull" to get the file, or add it to .ggenignore.';
  return { severity: 'error', code: 'lfs-pointer', message, path, line: 1, column: 1 };
}

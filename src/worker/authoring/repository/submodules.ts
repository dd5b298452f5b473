import type { Diagnostic } from '../../../shared/model.ts';

/** A submodule of git that belongs to a release. */
export interface Submodule {
  readonly path: string;
  /** Whether its files are in the work tree. */
  readonly checkedOut: boolean;
}

/** An empty submodule blocks publishing: the release would lack what the author's other clones have. */
export function submoduleDiagnostics(
  submodules: readonly Submodule[],
  files: readonly { readonly path: string }[],
): Diagnostic[] {
  return submodules.map(({ path, checkedOut }) => {
    if (!checkedOut) {
      const message =
        `The git submodule "${path}" is not checked out, so its files would be missing. ` +
        'Run "git submodule update --init", or add the folder to .ggenignore.';
      return { severity: 'error', code: 'submodule-missing', message, path };
    }
    const count = files.filter((file) => file.path.startsWith(`${path}/`)).length;
    const message = `The git submodule "${path}" is published as part of this package: ${count} ${count === 1 ? 'file' : 'files'}.`;
    return { severity: 'information', code: 'submodule-included', message, path };
  });
}

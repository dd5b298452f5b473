import { GgenError } from '../../shared/errors.ts';

export function unsupported(what: string, cause: unknown): GgenError {
  return new GgenError(
    'UnsupportedRuntime',
    `The package catalogue needs Node 22.16 or later, but this is Node ${process.versions.node} and ${what}. Update VS Code or Node.`,
    { details: { node: process.versions.node }, cause },
  );
}

import { GgenError } from '../../shared/errors.ts';

export function unsupportedRuntime(what: string, cause: unknown): GgenError {
  return new GgenError(
    'UnsupportedRuntime',
    `The package catalog needs Node 22.16 or later, but this is Node ${process.versions.node} and ${what}. Update VS Code or Node.`,
    { details: { node: process.versions.node }, cause },
  );
}

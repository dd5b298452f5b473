import { GgenError } from '../../shared/errors.ts';

export function unsupportedRuntime(what: string, cause: unknown): GgenError {
  return new GgenError(
    'UnsupportedRuntime',
    `The package catalog requires Node.js 22.20+ or 24.7+, but this is Node.js ${process.versions.node} and ${what}. Update VS Code or Node.js.`,
    { details: { node: process.versions.node }, cause },
  );
}

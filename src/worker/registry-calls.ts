import type { EngineCalls } from '../shared/api.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import type { Operations } from './operations.ts';
import type { Registry } from './registry/registry.ts';

type RegistryCalls = Pick<
  EngineCalls,
  | 'search'
  | 'getPackage'
  | 'getPackageVersion'
  | 'listVersions'
  | 'publish'
  | 'delete'
  | 'exists'
  | 'metadata'
  | 'draftRelease'
  | 'draftYank'
  | 'discardDraft'
  | 'listPackages'
  | 'install'
  | 'installed'
  | 'stopServing'
>;

/** The registry's part of the engine's calls: each one an operation that ends with the engine. */
export function registryCalls(registry: Registry, catalogue: Catalogue, operations: Operations): RegistryCalls {
  return {
    search: (query, options) =>
      operations.run(options, (signal) => registry.search(query, signal, options?.onProgress)),
    getPackage: ({ id }, options) => operations.run(options, (signal) => registry.getPackage(id, signal)),
    getPackageVersion: ({ id, version }, options) =>
      operations.run(options, (signal) => registry.getPackageVersion(id, version, signal)),
    listVersions: ({ id }, options) => operations.run(options, (signal) => registry.listVersions(id, signal)),
    publish: (draft, options) => operations.run(options, (signal) => registry.publish(draft, signal)),
    delete: (draft, options) => operations.run(options, (signal) => registry.delete(draft, signal)),
    exists: ({ id, version }, options) => operations.run(options, (signal) => registry.exists(id, version, signal)),
    metadata: (_request, options) => operations.run(options, () => Promise.resolve(registry.metadata())),
    draftRelease: (request, options) =>
      operations.run(options, (signal) => registry.draftRelease(request, signal, options?.onProgress)),
    draftYank: (request, options) => operations.run(options, () => registry.draftYank(request)),
    discardDraft: ({ draft }, options) => operations.run(options, () => registry.discardDraft(draft)),
    listPackages: (request, options) => operations.run(options, () => Promise.resolve(registry.listPackages(request))),
    install: (request, options) =>
      operations.run(options, (signal) => registry.install(request, signal, options?.onProgress)),
    installed: (_request, options) => operations.run(options, () => Promise.resolve(catalogue.installs.list())),
    stopServing: ({ id }, options) => operations.run(options, () => registry.stopServing(id)),
  };
}

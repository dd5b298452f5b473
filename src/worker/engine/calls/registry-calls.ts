import type { EngineCalls } from '../../../shared/api/index.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Operations } from './operations.ts';
import type { Registry } from '../../registry/registry.ts';

type RegistryCalls = Pick<
  EngineCalls,
  | 'search'
  | 'getPackage'
  | 'getPackageVersion'
  | 'providers'
  | 'listVersions'
  | 'publish'
  | 'delete'
  | 'exists'
  | 'metadata'
  | 'draftRelease'
  | 'draftYank'
  | 'draftMerge'
  | 'discardDraft'
  | 'readFolder'
  | 'statFile'
  | 'readFile'
  | 'listFiles'
  | 'compareReleases'
  | 'listPackages'
  | 'install'
  | 'installed'
  | 'planInstall'
  | 'applyPlan'
  | 'uninstall'
  | 'verifyInstalled'
  | 'exportPackage'
  | 'importPackage'
  | 'stopSeeding'
  | 'keep'
  | 'unkeep'
  | 'kept'
  | 'cleanUpStorage'
  | 'verifyStorage'
>;

/** The registry's part of the engine's calls: each one an operation that ends with the engine. */
export function registryCalls(registry: Registry, catalog: Catalog, operations: Operations): RegistryCalls {
  return {
    search: (query, options) =>
      operations.run(options, (signal) => registry.search(query, signal, options?.onProgress)),
    getPackage: ({ id }, options) => operations.run(options, (signal) => registry.getPackage(id, signal)),
    getPackageVersion: ({ id, version }, options) =>
      operations.run(options, (signal) => registry.getPackageVersion(id, version, signal)),
    providers: (request, options) => operations.run(options, (signal) => registry.providers(request, signal)),
    listVersions: ({ id }, options) => operations.run(options, (signal) => registry.listVersions(id, signal)),
    publish: (draft, options) => operations.run(options, (signal) => registry.publish(draft, signal)),
    delete: (draft, options) => operations.run(options, (signal) => registry.delete(draft, signal)),
    exists: ({ id, version }, options) => operations.run(options, (signal) => registry.exists(id, version, signal)),
    metadata: (_request, options) => operations.run(options, () => Promise.resolve(registry.metadata())),
    draftRelease: (request, options) =>
      operations.run(options, (signal) => registry.draftRelease(request, signal, options?.onProgress)),
    draftMerge: (request, options) => operations.run(options, () => registry.draftMerge(request)),
    draftYank: (request, options) => operations.run(options, () => registry.draftYank(request)),
    discardDraft: ({ draft }, options) => operations.run(options, () => registry.discardDraft(draft)),
    readFolder: (request, options) => operations.run(options, (signal) => registry.reader.readFolder(request, signal)),
    statFile: (request, options) => operations.run(options, (signal) => registry.reader.stat(request, signal)),
    readFile: (request, options) => operations.run(options, (signal) => registry.reader.readFile(request, signal)),
    listFiles: (request, options) => operations.run(options, (signal) => registry.reader.listFiles(request, signal)),
    compareReleases: (request, options) =>
      operations.run(options, (signal) => registry.reader.compare(request, signal)),
    listPackages: (request, options) => operations.run(options, () => Promise.resolve(registry.listPackages(request))),
    install: (request, options) =>
      operations.run(options, (signal) => registry.install(request, signal, options?.onProgress)),
    installed: (_request, options) => operations.run(options, () => Promise.resolve(catalog.installs.list())),
    planInstall: (request, options) => operations.run(options, (signal) => registry.planInstall(request, signal)),
    applyPlan: (request, options) =>
      operations.run(options, (signal) => registry.applyPlan(request, signal, options?.onProgress)),
    uninstall: (request, options) => operations.run(options, (signal) => registry.uninstall(request, signal)),
    verifyInstalled: (request, options) =>
      operations.run(options, (signal) => registry.verifyInstalled(request, signal, options?.onProgress)),
    exportPackage: (request, options) =>
      operations.run(options, (signal) => registry.exportPackage(request, signal, options?.onProgress)),
    importPackage: (request, options) =>
      operations.run(options, (signal) => registry.importPackage(request, signal, options?.onProgress)),
    stopSeeding: ({ id }, options) => operations.run(options, () => registry.stopSeeding(id)),
    keep: (request, options) =>
      operations.run(options, (signal) => registry.keep(request, signal, options?.onProgress)),
    unkeep: ({ id, version }, options) =>
      operations.run(options, () => {
        registry.unkeep(id, version);
        return Promise.resolve();
      }),
    kept: (_request, options) => operations.run(options, () => Promise.resolve(catalog.kept.list())),
    cleanUpStorage: (_request, options) =>
      operations.run(options, (signal) => registry.cleanUpStorage(signal, options?.onProgress)),
    verifyStorage: (_request, options) =>
      operations.run(options, (signal) => registry.verifyStorage(signal, options?.onProgress)),
  };
}

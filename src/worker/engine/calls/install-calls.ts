import type { InstallCalls } from '../../../shared/api/index.ts';
import { exportPackage } from '../../archive/export-package.ts';
import type { ExportDeps } from '../../archive/export-package.ts';
import { importPackage } from '../../archive/import-package.ts';
import type { ImportDeps } from '../../archive/import-package.ts';
import { applyPlan } from '../../install/apply/apply-plan.ts';
import type { ApplyPlanDeps } from '../../install/apply/apply-plan.ts';
import { installRelease, uninstallRelease } from '../../install/apply/install-release.ts';
import type { InstallReleaseDeps } from '../../install/apply/install-release.ts';
import { verifyInstalled } from '../../install/apply/verify-installed.ts';
import type { VerifyInstalledDeps } from '../../install/apply/verify-installed.ts';
import { listInstalled } from '../../install/lock/locked-installs.ts';
import type { ListInstalledDeps } from '../../install/lock/locked-installs.ts';
import { planInstall } from '../../install/plan/plan-install.ts';
import type { PlanInstallDeps } from '../../install/plan/plan-install.ts';
import type { Plans } from '../../install/plan/plans.ts';
import type { Lookup } from '../../registry/lookup.ts';
import type { InstallLocks } from '../../install/lock/install-locks.ts';
import type { CallRows } from './call-row.ts';

export type InstallCallParts = PlanInstallDeps &
  ApplyPlanDeps &
  InstallReleaseDeps &
  VerifyInstalledDeps &
  ListInstalledDeps &
  ExportDeps &
  ImportDeps & {
    readonly installLocks: InstallLocks;
    readonly lookup: Pick<Lookup, 'getPackage' | 'getVersion' | 'resolve'>;
    readonly plans: Plans;
  };

export const installCalls: CallRows<InstallCalls, InstallCallParts> = {
  planInstall: {
    form: {
      project: 'text',
      mode: 'text',
      packages: 'texts?',
      folder: 'text?',
      acceptedRoots: 'texts?',
      choices: 'texts?',
    },
    idempotent: true,
    span: { name: 'plan_install', requestAttributes: ({ mode }) => ({ mode }) },
    run: (parts, request, { signal }) => planInstall(parts, parts.lookup, parts.plans, request, signal),
  },
  applyPlan: {
    form: { plan: 'text', overwrite: 'texts?', umask: 'number?' },
    idempotent: false,
    span: { name: 'apply_plan', responseAttributes: (packages) => ({ result_count: packages.length }) },
    run: (parts, { plan, overwrite = [], umask }, { signal, onProgress }) => {
      const { installLocks, plans } = parts;
      const { project } = plans.get(plan).plan;
      return installLocks.ofProject(project, signal, () =>
        applyPlan(parts, plans, plan, { overwrite, umask, signal, onProgress }),
      );
    },
  },
  install: {
    form: { id: 'text', version: 'text?', to: 'text', replace: 'flag?', overwrite: 'texts?', umask: 'number?' },
    idempotent: false,
    span: {
      name: 'install',
      requestAttributes: ({ id }) => ({ package_id: id }),
      responseAttributes: ({ id, version, size }) => ({ package_id: id, package_version: version, package_size: size }),
    },
    run: (parts, request, { signal, onProgress }) =>
      parts.installLocks.ofFolder(request.to, signal, () =>
        installRelease(parts, parts.lookup, request, signal, onProgress),
      ),
  },
  installed: {
    form: { folders: 'texts?', strict: 'flag?' },
    idempotent: true,
    run: (parts, { folders = [], strict = false }) => listInstalled(parts, { folders, strict }),
  },
  uninstall: {
    form: { path: 'text', overwrite: 'texts?' },
    idempotent: false,
    span: { name: 'uninstall' },
    run: (parts, request, { signal }) =>
      parts.installLocks.ofFolder(request.path, signal, () => uninstallRelease(parts, request, signal)),
  },
  verifyInstalled: {
    form: { path: 'text' },
    idempotent: true,
    span: { name: 'verify_installed' },
    run: (parts, { path }, { signal, onProgress }) => verifyInstalled(parts, path, signal, onProgress),
  },
  exportPackage: {
    form: { id: 'text', version: 'text?', to: 'text' },
    idempotent: false,
    span: { name: 'export_package', requestAttributes: ({ id }) => ({ package_id: id }) },
    run: (parts, request, { signal, onProgress }) => exportPackage(parts, parts.lookup, request, signal, onProgress),
  },
  importPackage: {
    form: { from: 'text' },
    idempotent: false,
    span: { name: 'import_package' },
    run: (parts, { from }, { signal, onProgress }) => importPackage(parts, from, signal, onProgress),
  },
};

import { ownValue, isTable } from '../document.ts';
import type { ManifestFields } from '../manifest-fields.ts';
import type { ManifestPattern } from '../manifest.ts';

/** Build tools of which it is known what they put into a source distribution. */
export type PythonBackend = 'hatch' | 'poetry' | 'setuptools' | 'flit';

/** What decides which files a source distribution has. */
export interface PythonPackage {
  readonly backend: PythonBackend;
  /** Name of the project, as written. */
  readonly name: string;
  readonly readmes: readonly ManifestPattern[];
  /** Globs; absent for the usual names. */
  readonly licenseFiles?: readonly ManifestPattern[];
  /** The file of a `license` table, which setuptools and Flit pack beside the usual names. */
  readonly licenseTable: readonly ManifestPattern[];
  /** The tool's own table: `tool.hatch.build`, `tool.poetry`, `tool.setuptools`, `tool.flit`. */
  readonly tool: ManifestFields;
}

const BACKENDS: readonly (readonly [backend: PythonBackend, module: RegExp])[] = [
  ['hatch', /^hatchling\b/],
  ['poetry', /^poetry\b/],
  ['setuptools', /^setuptools\b/],
  ['flit', /^flit(?:_core)?\b/],
];
/** Plug-ins of setuptools that add each file that version control tracks. */
const VERSION_CONTROL_PLUGIN = /^setuptools[-_](?:scm|git|hg|svn)/i;

/** Undefined when the build tool is another one, or none is named. */
export function pythonPackage(root: ManifestFields): PythonPackage | undefined {
  const build = root.sub('build-system');
  const tools = root.sub('tool');
  const named = build.value('build-backend');
  const backend =
    typeof named === 'string'
      ? BACKENDS.find(([, module]) => module.test(named))?.[0]
      : BACKENDS.map(([tool]) => tool).find((tool) => tools.has(tool));
  if (backend === undefined) return undefined;
  const requires = build.value('requires');
  const isTracking = Array.isArray(requires) && requires.some((one) => VERSION_CONTROL_PLUGIN.test(String(one)));
  if (backend === 'setuptools' && isTracking) return undefined;
  const project = root.sub('project');
  const poetry = tools.sub('poetry');
  const name = project.value('name') ?? poetry.value('name');
  const readme = project.hasTable('readme') ? patterns(project.sub('readme'), 'file') : patterns(project, 'readme');
  return {
    backend,
    name: typeof name === 'string' ? name : '',
    readmes: [...readme, ...(backend === 'poetry' ? patterns(poetry, 'readme') : [])],
    ...licenses(project, backend),
    tool: tools.sub(backend),
  };
}

function licenses(
  project: ManifestFields,
  backend: PythonBackend,
): Pick<PythonPackage, 'licenseFiles' | 'licenseTable'> {
  const licenseTable = project.hasTable('license') ? patterns(project.sub('license'), 'file') : [];
  if (Array.isArray(project.value('license-files')))
    return { licenseFiles: patterns(project, 'license-files'), licenseTable };
  const addsTable = backend === 'setuptools' || backend === 'flit';
  return addsTable || licenseTable.length === 0 ? { licenseTable } : { licenseFiles: licenseTable, licenseTable };
}

/** Texts of a list, or a single text, with their lines. Anything else is none. */
export function patterns(fields: ManifestFields, key: string): ManifestPattern[] {
  const value = fields.value(key);
  const list = Array.isArray(value) ? fields.elements(key, value) : [{ value, at: fields.at(key) }];
  return list.flatMap(({ value: one, at }) => {
    const path = isTable(one) ? ownValue(one, 'path') : one;
    return typeof path === 'string' ? [{ value: path, line: fields.report.positionOf(at).line }] : [];
  });
}

/** Modules that the project's commands and plug-ins load: the part of `package.module:function` before the colon. */
export function scriptModules(
  root: ManifestFields,
): { readonly key: string; readonly value: string; readonly at: readonly string[] }[] {
  const project = root.sub('project');
  const groups = project.sub('entry-points');
  const tables = [
    project.sub('scripts'),
    project.sub('gui-scripts'),
    ...groups.keys().map((group) => groups.sub(group)),
    root.sub('tool').sub('poetry').sub('scripts'),
  ];
  return tables.flatMap((table) =>
    table.keys().flatMap((name) => {
      const value = table.value(name);
      const [module = ''] = typeof value === 'string' ? value.split(/[:[]/, 1) : [];
      return /^\w+(?:\.\w+)*$/.test(module.trim()) ? [{ key: name, value: module.trim(), at: table.at(name) }] : [];
    }),
  );
}

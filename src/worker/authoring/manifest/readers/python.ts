import { isTable } from '../document.ts';
import type { Fields } from '../fields.ts';
import { readDependencies, readPeople, readTags } from '../lists.ts';
import type { Located, RawManifest } from '../manifest.ts';
import type { ManifestReader } from '../reader.ts';
import { firstOf } from './ggen.ts';

const NO_PROJECT = 'This pyproject.toml has neither `[project]` nor `[tool.poetry]`: it does not describe a package.';
const DYNAMIC =
  'The version is `dynamic`: a build tool would compute it, and none is run here. Write it as `version = "1.0.0"`.';

/** pyproject.toml: `[project]` of PEP 621, `[tool.poetry]`, or both (Poetry 2), where `[project]` goes first. */
export const pythonReader: ManifestReader = {
  kind: 'python',
  files: ['pyproject.toml'],
  accepts: () => true,
  read: (root): RawManifest => {
    const project = root.sub('project');
    const poetry = root.sub('tool').sub('poetry');
    const places = [project, poetry];
    const described = root.has('project') || root.sub('tool').has('poetry');
    const text = (key: string): Located<string> | undefined => firstOf(places, (place) => place.text(key));
    return {
      home: root.has('project') ? project.path : poetry.path,
      name: firstOf(places, (place) => place.first('name')),
      version: firstOf(places, (place) => place.first('version')),
      noPackage: described ? undefined : { value: NO_PROJECT, at: [] },
      noVersion: dynamicVersion(project),
      description: text('description'),
      license: firstOf(places, license),
      authors: firstFilled(places, (place) => readPeople(place, 'authors')),
      categories: [],
      tags: firstFilled(places, (place) => readTags(place, 'keywords')),
      homepage: poetry.text('homepage') ?? link(places, ['homepage', 'home', 'home page']),
      repository: poetry.text('repository') ?? link(places, ['repository', 'source', 'source code', 'github', 'code']),
      documentation: poetry.text('documentation') ?? link(places, ['documentation', 'docs']),
      readme: firstOf(places, readme),
      dependencies: readDependencies(root.sub('tool').sub('ggen'), 'dependencies'),
      exclude: exclude(poetry),
    };
  },
};

function dynamicVersion(project: Fields): Located<string> | undefined {
  const dynamic = project.texts('dynamic').some(({ value }) => value === 'version');
  return dynamic ? { value: DYNAMIC, at: project.at('dynamic') } : undefined;
}

/** An expression (PEP 639), or `{ text = … }` whose first line names it, or `{ file = … }`. */
function license(place: Fields): Located<string> | undefined {
  if (!place.hasTable('license')) return place.text('license');
  const table = place.sub('license');
  const text = table.text('text');
  if (text !== undefined) return { value: text.value.trim().split(/\r?\n/, 1)[0] ?? '', at: text.at };
  const file = table.text('file');
  return file && { value: `SEE LICENSE IN ${file.value}`, at: file.at };
}

/** Labels of links are free text; case, dashes and spaces do not count (PEP 753). */
function link(places: readonly Fields[], labels: readonly string[]): Located<string> | undefined {
  const tables = places.map((place) => place.sub('urls'));
  return firstOf(labels, (label) =>
    firstOf(tables, (table) => {
      const key = table.keys().find((candidate) => plain(candidate) === plain(label));
      return key === undefined ? undefined : table.text(key);
    }),
  );
}

function plain(label: string): string {
  return label.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function readme(place: Fields): Located<string> | undefined {
  if (place.hasTable('readme')) return place.sub('readme').text('file');
  return place.texts('readme')[0];
}

/** Poetry's patterns are relative to the project; its `include` adds to a build and is no allow-list. */
function exclude(poetry: Fields): Located<string>[] | undefined {
  const value = poetry.value('exclude');
  if (!Array.isArray(value)) return undefined;
  const paths = poetry.elements('exclude', value).flatMap(({ value: item, at }) => {
    const path = isTable(item) ? poetry.inner(item, at).text('path')?.value : item;
    return typeof path === 'string' ? [{ value: `/${path.replace(/^\/+/, '')}`, at }] : [];
  });
  return paths.length > 0 ? paths : undefined;
}

function firstFilled<R>(places: readonly Fields[], read: (place: Fields) => R[]): R[] {
  return (
    firstOf(places, (place) => {
      const list = read(place);
      return list.length > 0 ? list : undefined;
    }) ?? []
  );
}

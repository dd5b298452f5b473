import { isTable } from './document.ts';
import { typeName, type ManifestFields } from './manifest-fields.ts';
import type { Located, RawDependency } from './manifest.ts';

/**
 * Reads tags in the forms found in practice: a list, a comma-separated text, a table of name to bool, and a table that
 * contains the list (`[package.tags] tags = […]`).
 */
export function readTags(fields: ManifestFields, key: string): Located<string>[] {
  const value = fields.value(key);
  if (typeof value === 'string') return value.split(',').map((tag) => ({ value: tag, at: fields.at(key) }));
  if (!isTable(value)) return fields.texts(key);
  const table = fields.sub(key);
  return table.keys().flatMap((name) => {
    const inner = table.value(name);
    if (inner === true) return [{ value: name, at: table.at(name) }];
    return Array.isArray(inner) ? table.texts(name) : [];
  });
}

/** Reads people as a text, a table with `name` and `email`, or a list of those. */
export function readPeople(fields: ManifestFields, key: string): Located<string>[] {
  const value = fields.value(key);
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? fields.elements(key, value) : [{ value, at: fields.at(key) }];
  return list.flatMap(({ value: person, at }) => {
    const text = personText(person);
    if (text !== undefined) return [{ value: text, at }];
    const message = `\`${key}\` must list people as strings or tables with a \`name\`; ${typeName(person)} was ignored.`;
    fields.report.add('warning', 'manifest-type', message, at);
    return [];
  });
}

function personText(person: unknown): string | undefined {
  if (typeof person === 'string') return person;
  if (!isTable(person)) return undefined;
  const part = (key: string): string => {
    const value = Object.hasOwn(person, key) ? person[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const text = [part('name'), part('email') === '' ? '' : `<${part('email')}>`].join(' ').trim();
  return text === '' ? undefined : text;
}

/**
 * Reads dependencies in the forms found in practice: a table of id to requirement or table, a list of `id` or
 * `id@requirement`, and a list of tables (`[[dependencies]]`).
 */
export function readDependencies(fields: ManifestFields, key: string): RawDependency[] {
  const value = fields.value(key);
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    return fields
      .elements(key, value)
      .flatMap(({ value: element, at }) => dependencyFromElement(fields, key, element, at));
  }
  if (isTable(value)) return dependenciesFromTable(fields.sub(key));
  fields.wrongType(key, 'a table of package IDs and versions', value);
  return [];
}

function dependenciesFromTable(table: ManifestFields): RawDependency[] {
  return table.keys().flatMap((id) => {
    const value = table.value(id);
    if (typeof value === 'string') return [{ id, requirement: value, optional: false, at: table.at(id) }];
    if (isTable(value)) return [dependencyFromDetails(table.sub(id), id)];
    table.wrongType(id, 'a version range or a table', value);
    return [];
  });
}

function dependencyFromElement(
  fields: ManifestFields,
  key: string,
  element: unknown,
  at: readonly string[],
): RawDependency[] {
  if (typeof element === 'string') {
    const [id = '', requirement = ''] = element.split(/@(?!.*@)/, 2);
    return [{ id, requirement, optional: false, at }];
  }
  if (isTable(element)) {
    const details = fields.inner(element, at);
    const id = details.text('id', 'name', 'pack_id', 'package')?.value;
    if (id !== undefined) return [dependencyFromDetails(details, id)];
  }
  const message = `\`${key}\` must list packages as strings or tables with an \`id\`; ${typeName(element)} was ignored.`;
  fields.report.add('warning', 'manifest-type', message, at);
  return [];
}

/** The path or URL of a dependency without a version, as Cargo and Poetry write it; empty when there is none. */
function reference(details: ManifestFields): string {
  const path = details.value('path');
  if (typeof path === 'string') return path.includes('/') ? path : `./${path}`;
  const url = ['git', 'url'].map((key) => details.value(key)).find((value) => typeof value === 'string');
  return url ?? '';
}

function dependencyFromDetails(details: ManifestFields, id: string): RawDependency {
  return {
    id,
    requirement: details.text('version', 'requirement')?.value ?? reference(details),
    optional: details.value('optional') === true,
    at: details.path,
  };
}

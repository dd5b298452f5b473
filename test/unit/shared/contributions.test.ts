import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  COMMANDS,
  CONTEXT_KEYS,
  INTERNAL_COMMANDS,
  MANIFEST_FILES,
  RELEASE_SCHEME,
  SETTINGS,
  SETTINGS_SECTION,
  VIEW_CONTAINER,
  VIEW_STATES,
  VIEWS,
} from '../../../src/shared/contributions.ts';
import { DEFAULT_NODE_SETTINGS } from '../../../src/shared/settings/node-settings.ts';

interface Conditional {
  readonly command?: string;
  readonly view?: string;
  readonly when?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly category: string;
      readonly icon?: string;
      readonly enablement?: string;
    }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly (Conditional & { readonly contents: string })[];
    readonly menus: Readonly<Record<string, readonly Conditional[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string; readonly default: unknown }>>;
    };
  };
}

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const text = read('package.json');
const { contributes, capabilities, activationEvents } = JSON.parse(text) as Manifest;
const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;

const whens = [...Object.values(contributes.menus).flat(), ...contributes.viewsWelcome].map(({ when }) => when ?? '');
const enablements = contributes.commands.map(({ enablement }) => enablement ?? '');

describe('contributions of package.json', () => {
  it('are the commands of contributions.ts, each with a category', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), Object.values(COMMANDS).toSorted());
    for (const { command, category } of contributes.commands) assert.equal(category, '%category%', command);
  });

  it('are the views of contributions.ts, in its container', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [VIEW_CONTAINER],
    );
    assert.deepEqual(
      contributes.views[VIEW_CONTAINER]?.map(({ id }) => id).toSorted(),
      Object.values(VIEWS).toSorted(),
    );
  });

  it('are the settings of contributions.ts, which a workspace cannot set', () => {
    const { properties } = contributes.configuration;
    const keys = Object.values(SETTINGS).map((key) => `${SETTINGS_SECTION}.${key}`);
    assert.deepEqual(Object.keys(properties).toSorted(), keys.toSorted());
    for (const [key, { scope }] of Object.entries(properties)) assert.equal(scope, 'machine', key);
    assert.deepEqual([...capabilities.untrustedWorkspaces.restrictedConfigurations].toSorted(), keys.toSorted());
  });

  it('have the defaults of the node', () => {
    const value = (key: string): unknown => contributes.configuration.properties[`${SETTINGS_SECTION}.${key}`]?.default;
    assert.deepEqual(value(SETTINGS.listen), DEFAULT_NODE_SETTINGS.listen);
    assert.deepEqual(value(SETTINGS.bootstrap), DEFAULT_NODE_SETTINGS.bootstrap);
    assert.equal(value(SETTINGS.dhtMode), DEFAULT_NODE_SETTINGS.dhtMode);
    assert.equal(value(SETTINGS.name), DEFAULT_NODE_SETTINGS.name);
    assert.equal(value(SETTINGS.location), null);
    assert.equal(value(SETTINGS.fanOut), DEFAULT_NODE_SETTINGS.fanOut);
    assert.equal(value(SETTINGS.timeout), DEFAULT_NODE_SETTINGS.timeout / 1000);
    assert.equal(value(SETTINGS.quota), DEFAULT_NODE_SETTINGS.quota / 1024 ** 3);
  });

  it('hide internal commands, and only those, from the palette', () => {
    const hidden = contributes.menus['commandPalette']?.filter(({ when }) => when === 'false') ?? [];
    assert.deepEqual(
      hidden.map(({ command }) => command),
      INTERNAL_COMMANDS,
    );
  });

  it('name only commands and views that exist', () => {
    const commands: readonly string[] = Object.values(COMMANDS);
    for (const { command } of Object.values(contributes.menus).flat())
      assert.ok(commands.includes(command ?? ''), command);
    for (const link of Object.values(texts).flatMap((one) => [...one.matchAll(/\(command:(ggen\.[^)]+)\)/g)])) {
      assert.ok(commands.includes(link[1] ?? ''), link[0]);
    }
    const views: readonly string[] = Object.values(VIEWS);
    for (const { view } of contributes.viewsWelcome) assert.ok(views.includes(view ?? ''), view);
  });

  it('use only context keys and states that the extension sets', () => {
    const keys: readonly string[] = Object.values(CONTEXT_KEYS);
    for (const clause of [...whens, ...enablements]) {
      for (const [key] of clause.matchAll(/(?<![\w.\\/])ggen\.\w+(?!\w)/g)) {
        assert.ok(keys.includes(key) || (Object.values(VIEWS) as string[]).includes(key), `${key} in '${clause}'`);
      }
      for (const [, state] of clause.matchAll(/ggen\.state [!=]= (\w+)/g)) {
        assert.ok((VIEW_STATES as readonly string[]).includes(state ?? ''), `${state ?? ''} in '${clause}'`);
      }
    }
  });

  it('have welcome content in every state of every view', () => {
    for (const view of Object.values(VIEWS)) {
      const clauses = contributes.viewsWelcome.filter((one) => one.view === view).map(({ when }) => when ?? '');
      for (const state of VIEW_STATES) {
        assert.ok(
          clauses.some((clause) => clause.includes(`ggen.state == ${state}`)),
          `${view} says nothing while ${state}`,
        );
      }
    }
  });

  it('offer publishing on every kind of manifest', () => {
    for (const menu of ['explorer/context', 'editor/context', 'editor/title']) {
      const publishing = contributes.menus[menu]?.filter(({ command }) => command === COMMANDS.publish);
      const clauses = publishing?.map(({ when }) => /resourceFilename =~ \/(.*)\/$/.exec(when ?? '')?.[1]);
      for (const file of MANIFEST_FILES) {
        const matching = clauses?.filter((pattern) => pattern !== undefined && new RegExp(pattern).test(file));
        assert.equal(matching?.length, 1, `${file} in ${menu}`);
      }
      assert.ok(!clauses?.some((pattern) => pattern === undefined || new RegExp(pattern).test('other.toml')));
    }
  });

  it('have a text for every key, and no unused text', () => {
    const used = new Set([...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].toSorted(), Object.keys(texts).toSorted());
    for (const [key, value] of Object.entries(texts)) assert.notEqual(value.trim(), '', key);
  });

  it('activate the extension for the file system of releases', () => {
    assert.ok(activationEvents.includes(`onFileSystem:${RELEASE_SCHEME}`));
    for (const menu of ['explorer/context', 'editor/title']) {
      const when = contributes.menus[menu]?.find(({ command }) => command === COMMANDS.installRelease)?.when;
      assert.equal(when, `resourceScheme == ${RELEASE_SCHEME}`);
    }
  });

  it('point to files that exist', () => {
    for (const { icon } of contributes.viewsContainers.activitybar) assert.match(read(icon), /^<svg /);
  });
});

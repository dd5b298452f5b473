import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { SETTINGS, SETTINGS_SECTION } from '../../../src/shared/contributions.ts';
import type { SettingKey } from '../../../src/shared/contributions.ts';
import { eventually } from '../harness/eventually.ts';
import { hooks } from './extension-under-test.ts';

const configuration = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration(SETTINGS_SECTION);
const set = (key: SettingKey, value: unknown): Thenable<void> => configuration().update(key, value, true);

describe('settings', () => {
  const changed: readonly SettingKey[] = [SETTINGS.name, SETTINGS.listen, SETTINGS.fanOut, SETTINGS.location];

  after(async () => {
    const { services } = await hooks();
    await services.node.stop();
    for (const key of changed) await set(key, undefined);
  });

  it('are applied when the node starts', async () => {
    const { services } = await hooks();
    await set(SETTINGS.name, 'Grace');
    await set(SETTINGS.listen, ['/ip4/127.0.0.1/tcp/0']);
    await services.node.start();
    const engine = await services.client.engine();
    const { settings, node } = await engine.status({});
    assert.equal(settings?.name, 'Grace');
    assert.ok(node.addresses.every((address) => address.startsWith('/ip4/127.0.0.1/tcp/')));
  });

  it('for the location are applied to the running node, with the configured precision', async () => {
    const { services } = await hooks();
    const engine = await services.client.engine();
    assert.equal((await engine.status({})).settings?.location, undefined);
    await set(SETTINGS.location, { latitude: 52.5163, longitude: 13.3777, region: 'Berlin' });
    const location = await eventually('the place', async () => (await engine.status({})).settings?.location);
    assert.deepEqual(location, { latitude: 52.5, longitude: 13.4, region: 'Berlin' });
    await set(SETTINGS.location, undefined);
    await eventually('no place', async () => (await engine.status({})).settings?.location === undefined);
  });

  it('that are invalid are ignored, and the node still starts', async () => {
    const { services } = await hooks();
    await set(SETTINGS.fanOut, 99);
    await services.node.restart();
    await eventually('a running node', () => services.model.state === 'running');
    const engine = await services.client.engine();
    assert.equal((await engine.status({})).settings?.fanOut, 3);
  });

  it('for the network cannot be set by a workspace', async () => {
    await assert.rejects(async () => {
      await configuration().update(SETTINGS.bootstrap, ['/x'], vscode.ConfigurationTarget.Workspace);
    });
  });
});

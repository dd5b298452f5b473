import assert from 'node:assert/strict';
import { versionLine } from '../../../../../src/extension/commands/publish/manifest-position.ts';

describe('the line of a version', () => {
  it('is found in each form of gpack.toml', () => {
    assert.equal(versionLine('[gpack]\nid = "a"\nversion = "1.0.0"\n', 'gpack.toml'), 3);
    assert.equal(versionLine('[package]\r\nname = "a"\r\nversion="1"\r\n', 'gpack.toml'), 3);
    assert.equal(versionLine('name = "a"\nversion = "1.0.0"\n', 'gpack.toml'), 2);
    assert.equal(versionLine('[pack]\nversion = "1"\n', 'pack.toml'), 2);
  });

  it('is the version of the project, not of a dependency', () => {
    const cargo = '[dependencies.serde]\nversion = "1"\n\n[package] # own\nname = "a"\n"version" = "2.0.0"\n';
    assert.equal(versionLine(cargo, 'Cargo.toml'), 6);
    const python = '[tool.black]\nversion = 1\n[project]\nversion = "3"\n';
    assert.equal(versionLine(python, 'pyproject.toml'), 4);
    const npm = '{\n  "engines": {\n    "version": "x"\n  },\n  "version": "1.0.0"\n}\n';
    assert.equal(versionLine(npm, 'package.json'), 5);
    assert.equal(versionLine('{ "version": "1.0.0" }', 'package.json'), 1);
  });

  it('is undefined when there is none', () => {
    assert.equal(versionLine('[gpack]\nname = "a"\n', 'gpack.toml'), undefined);
    assert.equal(versionLine('{}', 'package.json'), undefined);
    assert.equal(versionLine('', 'gpack.toml'), undefined);
  });
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { matchesLock, projectNode } from '../../scripts/bootstrap/dependencies.mjs';
import { npmComplaint } from '../../scripts/bootstrap/npm.mjs';
import { ROOT } from '../../scripts/lib/paths.ts';

const LOCK = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-another-system': { version: '1.0.0', optional: true },
    'node_modules/only-a-peer': { version: '1.0.0', peer: true },
  },
};

describe('installed dependencies', () => {
  it('match the lock when every package is there in its version', () => {
    assert.equal(matchesLock(LOCK, { packages: { 'node_modules/a': { version: '1.0.0' } } }), true);
  });

  it('do not match when nothing is installed, one is missing, or one has another version', () => {
    assert.equal(matchesLock(LOCK, undefined), false);
    assert.equal(matchesLock(LOCK, { packages: {} }), false);
    assert.equal(matchesLock(LOCK, { packages: { 'node_modules/a': { version: '1.0.1' } } }), false);
  });

  it('do not match when an optional package has another version', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0' },
      'node_modules/for-another-system': { version: '2.0.0' },
    };
    assert.equal(matchesLock(LOCK, { packages }), false);
  });
});

describe('the npm error message', () => {
  it('is the first line of the output with content', () => {
    const output = 'npm warn old thing\nnpm error code E404\nnpm error 404 Not Found - GET /nothing.\nnpm error more\n';
    assert.equal(npmComplaint(output), '404 Not Found - GET /nothing');
  });

  it('is reported as missing when npm printed nothing', () => {
    assert.equal(npmComplaint(''), 'npm gave no reason');
  });
});

describe('the task runner', () => {
  const run = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(projectNode(ROOT), [join(ROOT, 'scripts/run.mjs'), ...args], { encoding: 'utf8' });

  it('lists the tasks when the given one is unknown', () => {
    const { status, stderr } = run('nonsense');
    assert.equal(status, 1);
    assert.match(stderr, /^There is no task 'nonsense': choose one of bench, build, package, .*\.\n$/);
  });

  it('passes on the exit code and the output of the task', () => {
    const { status, stderr } = run('test', 'nonsense');
    assert.equal(status, 1);
    assert.match(stderr, /^There is no tier 'nonsense': choose of build, types, lint, .*\.\n$/);
  });
});

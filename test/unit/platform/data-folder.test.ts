import assert from 'node:assert/strict';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { defaultDataFolder } from '../../../src/platform/data-folder.ts';

describe('the data folder', () => {
  const home = homedir();

  it("lies in the system's folder for such data, or where the environment has it", () => {
    assert.equal(defaultDataFolder({}, 'linux', false), join(home, '.local', 'share', 'ggen-p2p'));
    assert.equal(defaultDataFolder({ XDG_DATA_HOME: '/data' }, 'linux', false), join('/data', 'ggen-p2p'));
    assert.equal(defaultDataFolder({ XDG_DATA_HOME: ' ' }, 'linux', false), join(home, '.local', 'share', 'ggen-p2p'));
    assert.equal(
      defaultDataFolder({ XDG_DATA_HOME: '/data' }, 'darwin', false),
      join(home, 'Library', 'Application Support', 'ggen-p2p'),
    );
    assert.equal(defaultDataFolder({ LOCALAPPDATA: '/local' }, 'win32', false), join('/local', 'ggen-p2p'));
  });

  it('in a container is separate, although its home may be shared with the host', () => {
    const outside = defaultDataFolder({}, 'linux', false);
    assert.equal(defaultDataFolder({}, 'linux', true), join(outside, 'containers', hostname()));
  });
});

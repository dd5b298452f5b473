import type { Settings } from '../../../scripts/lib/vscode-server.ts';

/**
 * Settings of windows in tests: loopback addresses, no peers other than these, and no notices about the ports that other
 * processes open.
 */
export function testSettings(bootstrap: readonly string[] = []): Settings {
  return {
    'ggen.node.listen': ['/ip4/127.0.0.1/tcp/0'],
    'ggen.node.bootstrap': bootstrap,
    'ggen.node.autoStart': true,
    'remote.autoForwardPorts': false,
  };
}

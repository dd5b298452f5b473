#!/usr/bin/env node
// The program's entry. It checks the version of Node before it loads anything that an older one cannot parse.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

// Earlier ones lack what the engine uses of node:sqlite, such as numbered parameters.
if (major < 22 || major === 23 || (major === 22 && minor < 20) || (major === 24 && minor < 7)) {
  process.stderr.write(
    `error: ggen-p2p requires Node.js 22.20+ or 24.7+, but this is ${process.versions.node}.\nnext: Install Node.js 24 from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
} else if (process.argv.length === 3 && ['--version', '-V'].includes(process.argv[2] ?? '')) {
  // Scripts ask often, so nothing else is loaded for it.
  const { VERSION } = await import('./version.ts');
  const { watchOutput } = await import('./output/output-failure.ts');
  watchOutput();
  process.stdout.write(`${VERSION}\n`);
} else {
  hideExperimentalWarnings();
  const { watchOutput } = await import('./output/output-failure.ts');
  watchOutput();
  const { main } = await import('./main.ts');
  const code = await main(process.argv.slice(2));
  // An open connection would keep the process alive, so it exits here; the callbacks run when the output is flushed, or
  // failed, which its event says a moment later.
  process.stdout.write('', () => process.stderr.write('', () => setImmediate(() => process.exit(code))));
}

/** node:sqlite is experimental in the Node versions that are supported, which is no news for users of this program. */
function hideExperimentalWarnings(): void {
  const listeners = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const listener of listeners) listener(warning);
  });
}

export {};

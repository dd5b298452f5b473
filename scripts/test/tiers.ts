/** The tiers of `npm test`, in their order, and the programs of each. */

/** A program that Node runs, relative to the project's folder, with its arguments. */
export interface Step {
  readonly title: string;
  readonly args: readonly string[];
  /** It writes a report with counts; without one it counts as one test, by its exit code. */
  readonly counts?: true;
}

export interface Tier {
  readonly name: string;
  /** What it is for. */
  readonly purpose: string;
  readonly steps: readonly Step[];
  /**
   * `first` and `last`: before and after all others, with nothing else beside it. `waiting`: it mostly waits for time to pass, so
   * that the tiers without a word run at the same time, one after the other among themselves.
   */
  readonly runs?: 'first' | 'waiting' | 'last';
}

const bin = (path: string): string => `node_modules/${path}`;

function mocha(title: string, ...args: string[]): Step {
  const reporter = ['--reporter', 'scripts/test/reporter.ts'];
  return { title, args: ['--enable-source-maps', bin('mocha/bin/mocha.js'), ...reporter, ...args], counts: true };
}

/** Remembers what it found, so that an unchanged project takes a moment. */
function typeCheck(title: string, project: string): Step {
  const memory = [
    '--incremental',
    '--tsBuildInfoFile',
    `.cache/types/${project === '.' ? 'all' : project.replace('/', '-')}.tsbuildinfo`,
  ];
  return { title, args: [bin('typescript/bin/tsc'), '-p', project, ...memory] };
}

export const TIERS: readonly Tier[] = [
  {
    name: 'build',
    purpose: 'the bundles, their ceilings and what must not be in them',
    // What is built comes before everything that looks at it.
    runs: 'first',
    steps: [{ title: 'Build', args: ['scripts/build.ts'] }],
  },
  {
    name: 'types',
    purpose: 'the compiler, as strict as it goes',
    steps: [
      typeCheck('Type check', '.'),
      typeCheck('Type check of the scripts', 'scripts'),
      // What each layer may use: no test runner in src, and no Node in shared and ignore.
      ...['src', 'src/shared', 'src/ignore'].map((project) => typeCheck(`Type check of ${project} alone`, project)),
    ],
  },
  {
    name: 'lint',
    purpose: 'rules with type information, import walls, formatting',
    steps: [
      { title: 'Lint', args: [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
      { title: 'Formatting', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
    ],
  },
  {
    name: 'unit',
    purpose: 'one room at a time, hostile input included, no network',
    steps: [mocha('Unit tests', '--timeout', '180000', 'test/unit/**/*.test.ts', 'test/tooling/**/*.test.ts')],
  },
  {
    name: 'net',
    purpose: 'whole nodes over real TCP on loopback',
    runs: 'waiting',
    steps: [mocha('Network tests', '--timeout', '180000', 'test/net/**/*.test.ts')],
  },
  {
    name: 'processes',
    purpose: 'processes that share a node, are killed and go on; the built command line',
    steps: [
      mocha('Shared nodes and kills', '--timeout', '180000', 'test/ownership/**/*.test.ts', 'test/kill/**/*.test.ts'),
      mocha('Command line', '--timeout', '180000', 'test/cli/**/*.test.ts'),
    ],
  },
  {
    name: 'boundary',
    purpose: 'every call of the engine through a real worker and a real socket',
    steps: [mocha('Boundary tests', '--timeout', '180000', 'test/boundary/**/*.test.ts')],
  },
  {
    name: 'package',
    purpose: 'the .vsix: what it contains, what it weighs, that VS Code installs it',
    steps: [{ title: 'Package', args: ['scripts/package.ts'], counts: true }],
  },
  {
    name: 'editor',
    purpose: 'a real VS Code: inside its extension host, and through its window as a user',
    runs: 'last',
    steps: [
      { title: 'Tests in the extension host', args: ['test/editor/harness/host-suite.ts'], counts: true },
      mocha('Tests through the window', '--timeout', '240000', 'test/editor/page/**/*.test.ts'),
    ],
  },
];

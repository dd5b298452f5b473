import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Console, FORMATS } from '../../../../src/cli/output/console.ts';
import type { Format } from '../../../../src/cli/output/console.ts';
import { sanitize } from '../../../../src/cli/output/sanitize.ts';
import { barText, progressBar } from '../../../../src/cli/output/progress.ts';
import { details, table } from '../../../../src/cli/output/table.ts';
import { displayWidth, loadWidths, truncateToWidth } from '../../../../src/cli/output/width.ts';
import { yaml } from '../../../../src/cli/output/yaml.ts';

before(loadWidths);

const same = (text: string): string => text;

/** The stream of a terminal of this width, or of a pipe. */
function stream(columns?: number): NodeJS.WriteStream & { readonly written: () => string } {
  const write = new PassThrough().setEncoding('utf8');
  let text = '';
  write.on('data', (chunk: string) => (text += chunk));
  const terminal = columns === undefined ? { isTTY: false } : { isTTY: true, columns };
  return Object.assign(write, terminal, { written: () => text }) as never;
}

function consoleOf(stdout: NodeJS.WriteStream, env: Record<string, string> = {}, format: Format = 'table'): Console {
  return new Console({ stdout, stderr: stream(80), env, format });
}

function printedValue(value: unknown, format: Format): string {
  const stdout = stream();
  consoleOf(stdout, {}, format).result(value, () => '');
  return stdout.written();
}

describe('the terminal width of texts', () => {
  for (const [text, width] of [
    ['plain', 5],
    ['日本語', 6],
    ['한국', 4],
    ['e\u0301', 1],
    ['ﾊﾝ', 2],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['', 0],
  ] as const) {
    it(`is ${width} for ${JSON.stringify(text)}`, () => {
      assert.equal(displayWidth(text), width);
    });
  }

  it('is never exceeded by truncated text, and no character is split', () => {
    const text = 'ab日本e\u0301👩‍👩‍👧z';
    for (let columns = 0; columns <= displayWidth(text); columns++) {
      const cut = truncateToWidth(text, columns);
      assert.ok(displayWidth(cut) <= columns, `${cut} in ${columns}`);
      assert.ok(text.startsWith(cut.replace('…', '').trimEnd()));
    }
    assert.equal(truncateToWidth('日本語', 4), '日…');
  });
});

describe('tables', () => {
  const columns = [
    { title: 'NAME', shrinks: true },
    { title: 'SIZE', right: true },
  ];

  it('are as wide as their content, and not truncated without a terminal', () => {
    const text = table(
      columns,
      [
        ['short', '1'],
        ['日本語 pack', '1234567'],
      ],
      { width: undefined, head: same },
    );
    assert.equal(text, 'NAME            SIZE\nshort              1\n日本語 pack  1234567');
  });

  it('fit the width of the terminal', () => {
    const rows = [
      ['a very long name that does not fit', '1'],
      ['日本語'.repeat(9), '22'],
    ];
    const lines = table(columns, rows, { width: 20, head: same }).split('\n');
    for (const line of lines) assert.ok(displayWidth(line) <= 20, line);
    assert.ok(lines[1]!.endsWith('…     1'));
  });

  describe('with a column that is never cut', () => {
    const id = `z6Mk${'x'.repeat(44)}/a-package`;
    const wholeColumns = [{ title: 'NAME' }, { title: 'TEXT', shrinks: true }, { title: 'ID', whole: true }];
    const rows = [
      ['a', 'some words', id],
      ['b', 'w'.repeat(100), 'short'],
    ];

    it('have it in the row where it fits, and cut the others', () => {
      for (const width of [100, 500, undefined]) {
        const lines = table(wholeColumns, rows, { width, head: same }).split('\n');
        assert.equal(lines.length, 3);
        assert.ok(lines[1]!.endsWith(`  ${id}`));
        if (width !== undefined) for (const line of lines) assert.ok(displayWidth(line) <= width, line);
      }
    });

    it('have it whole on a line of its own in a terminal of 80 columns', () => {
      const wide = [['a-long-name-of-a-package', ...rows[0]!.slice(1)], rows[1]!];
      const lines = table(wholeColumns, wide, { width: 80, head: same }).split('\n');
      assert.equal(lines[1], '  ID');
      assert.equal(lines[3], `  ${id}`);
      assert.equal(lines[5], '  short');
      for (const line of lines) assert.ok(displayWidth(line) <= 80, line);
    });
  });

  it('escape control characters in untrusted text', () => {
    const evil = '\u001b[31mred\u001b]0;title\u0007\r\nnext\u202edrawkcab';
    assert.equal(sanitize(evil), '[31mred]0;title nextdrawkcab');
    const shown =
      table(columns, [[evil, '1']], { width: undefined, head: same }) + details([['x', evil]], { head: same });
    // eslint-disable-next-line no-control-regex -- what must not be there
    assert.doesNotMatch(shown, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u);
    assert.equal(shown.split('\n').length, 2);
  });
});

describe('results', () => {
  const value = { name: 'x', list: [1] };
  const people = (): string => 'for people';
  const printed = (format: Format, stdout = stream()): string => {
    consoleOf(stdout, {}, format).result(value, people);
    return stdout.written();
  };

  it('have the requested format', () => {
    assert.deepEqual(JSON.parse(printed('json')), value);
    assert.equal(printed('yaml'), 'name: x\nlist:\n  - 1\n');
    assert.equal(printed('table'), 'for people\n');
  });

  it('use colors on a terminal only, unless NO_COLOR is set', () => {
    const colored = (stdout: NodeJS.WriteStream, env = {}): boolean =>
      consoleOf(stdout, env).view().success('x') !== 'x';
    assert.equal(colored(stream(80)), true);
    assert.equal(colored(stream()), false);
    assert.equal(colored(stream(80), { NO_COLOR: '1' }), false);
    assert.equal(colored(stream(80), { TERM: 'dumb' }), false);
  });

  it('use colors wherever FORCE_COLOR asks for them, and nowhere where it forbids them', () => {
    const colored = (stdout: NodeJS.WriteStream, env: Record<string, string>): boolean =>
      consoleOf(stdout, env).view().success('x') !== 'x';
    for (const value of ['', '1', '3', 'true']) {
      assert.equal(colored(stream(), { FORCE_COLOR: value }), true);
      assert.equal(colored(stream(), { FORCE_COLOR: value, NO_COLOR: '1', TERM: 'dumb' }), true);
    }
    for (const value of ['0', 'false']) assert.equal(colored(stream(80), { FORCE_COLOR: value }), false);
  });

  it('contain no control character or direction mark in any format, and keep the data', () => {
    const evil = 'a\u0085\u009b31mb\u202e\u2066c\u200f\u061c\u2028\ufeff\u007f\u001b]0;t\u0007';
    // eslint-disable-next-line no-control-regex -- what must not be there
    const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
    for (const format of FORMATS) {
      const stdout = stream();
      const stderr = stream();
      const output = new Console({ stdout, stderr, env: {}, format });
      output.result({ [evil]: evil }, () => evil);
      output.event({ event: evil }, () => evil);
      output.note(evil);
      output.error({ name: evil, message: evil, next: evil });
      assert.doesNotMatch(stdout.written(), raw, format);
      assert.doesNotMatch(stderr.written(), raw, format);
    }
    assert.deepEqual(JSON.parse(printedValue({ evil }, 'json')), { evil });
    const [, quoted = ''] = /^evil: (".*")$/m.exec(printedValue({ evil }, 'yaml')) ?? [];
    assert.equal(JSON.parse(quoted), evil);
  });

  it('keep their colors', () => {
    const stdout = stream();
    consoleOf(stdout, { FORCE_COLOR: '1' }).result({}, (view) => view.success('x'));
    assert.equal(stdout.written(), '\u001b[32mx\u001b[39m\n');
  });

  it('detect the width of a terminal, and of nothing else', () => {
    assert.equal(consoleOf(stream(42)).view().width, 42);
    assert.equal(consoleOf(stream()).view().width, undefined);
  });
});

describe('progress', () => {
  const step = { phase: 'fetch', files: 1, bytes: 500, totalBytes: 1000, totalFiles: 2 };

  it('shows the phase and how much is done', () => {
    assert.equal(barText(step), `Fetching  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  500 B of 1.0 kB`);
    assert.equal(barText({ phase: 'scan', files: 3, bytes: 0 }), 'Scanning the project  3 files  0 B');
    assert.match(barText({ ...step, bytes: 4000 }), /100 %/);
  });

  it('is drawn on a terminal and removed at the end; without a terminal nothing is drawn', () => {
    const terminal = stream(80);
    const pipe = stream();
    for (const stderr of [terminal, pipe]) {
      const bar = progressBar(new Console({ stdout: stream(), stderr, env: {}, format: 'table' }));
      bar.onProgress(step);
      bar.end();
    }
    // eslint-disable-next-line no-control-regex -- what moves the cursor is what is looked for
    assert.match(terminal.written(), /^\r\u001b\[KFetching .*\r\u001b\[K$/);
    assert.equal(pipe.written(), '');
  });
});

describe('messages printed next to a progress bar', () => {
  it('are printed on a line of their own', () => {
    const stderr = stream(80);
    const output = new Console({ stdout: stream(), stderr, env: { NO_COLOR: '1' }, format: 'table' });
    output.bar('half');
    output.note('note');
    output.bar('more');
    output.error({ name: 'X', message: 'error' });
    assert.equal(stderr.written().replaceAll('\r\u001b[K', '<'), '<half<note\n<more<error: error\n');
  });
});

describe('YAML', () => {
  it('keeps lists, maps and their nesting', () => {
    const value = { a: [], b: {}, c: [{ d: 1, e: [true, null] }, 'f'], g: { h: 'i j' }, k: undefined };
    assert.equal(yaml(value), 'a: []\nb: {}\nc:\n  - d: 1\n    e:\n      - true\n      - null\n  - f\ng:\n  h: i j\n');
  });

  it('quotes every text that YAML could parse as another type', () => {
    for (const text of [
      'true',
      'No',
      'null',
      '~',
      '1.0',
      '-',
      '- x',
      '# x',
      'a: b',
      'a #b',
      ' a',
      'a ',
      '',
      '0x1',
      '*a',
      '&a',
      '!a',
      '{',
      '[',
      '\n',
      '"',
      "'",
      '2026-11-20',
      '.inf',
      '日本',
    ]) {
      assert.equal(yaml({ text }), `text: ${JSON.stringify(text)}\n`);
    }
    for (const text of ['plain', 'two words', '/path/to', 'a-b_c.d+e']) assert.equal(yaml({ text }), `text: ${text}\n`);
  });
});

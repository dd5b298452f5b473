/** A version of PEP 440 in the order of Semantic Versioning, or why there is none. */
export type ConvertedVersion =
  | { readonly version: string }
  | {
      /** A clause: `SemVer has no epochs`. */
      readonly problem: string;
      readonly suggestion: string;
    };

/** https://peps.python.org/pep-0440/, Appendix B. */
const PEP_440 =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?(?:-(?<postDash>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

/** Labels of pre-releases; their alphabetical order is that of PEP 440. */
const PRE_LABELS: Readonly<Record<string, string>> = {
  a: 'alpha',
  alpha: 'alpha',
  b: 'beta',
  beta: 'beta',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/**
 * Converts a Python version to Semantic Versioning 2.0 where the order among all versions is kept: `1.2` to `1.2.0`,
 * `1.0rc1` to `1.0.0-rc.1`, `3.2.0.dev0` to `3.2.0-0.dev.0`, whose number comes before the words of all pre-releases.
 * Epochs, local versions, post-releases of final releases and development releases of pre-releases have no place there.
 *
 * @returns undefined when the text is no version of PEP 440
 */
export function fromPep440(text: string): ConvertedVersion | undefined {
  const parts = parse(text);
  if (parts === undefined) return undefined;
  const { core, pre, post, dev } = parts;
  const problem = obstacle(parts);
  if (problem !== undefined) return { problem, suggestion: suggestionFor(parts) };
  const postParts = post === undefined ? [] : ['post', post];
  const devParts = dev === undefined ? [] : ['0', 'dev', dev];
  const prerelease = [...pre, ...postParts, ...devParts].join('.');
  return { version: prerelease === '' ? core : `${core}-${prerelease}` };
}

interface PythonVersion {
  readonly epoch: string;
  /** The first three numbers. */
  readonly core: string;
  /** Numbers after the third one, without zeros at the end. */
  readonly further: readonly string[];
  /** Label and number; empty for a final release. */
  readonly pre: readonly string[];
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: string | undefined;
}

function parse(text: string): PythonVersion | undefined {
  const groups = PEP_440.exec(text.trim().toLowerCase())?.groups;
  if (groups === undefined) return undefined;
  const { epoch = '', release = '', pre, preNumber = '', postDash, post, postNumber, dev, devNumber, local } = groups;
  const numbers = release.split('.').map(withoutZeros);
  while (numbers.length > 3 && numbers.at(-1) === '0') numbers.pop();
  const core = [0, 1, 2].map((index) => numbers[index] ?? '0').join('.');
  return {
    epoch: withoutZeros(epoch),
    core,
    further: numbers.slice(3),
    pre: pre === undefined ? [] : [PRE_LABELS[pre] ?? pre, withoutZeros(preNumber)],
    post: numberOf(postDash ?? post, postDash ?? postNumber),
    dev: numberOf(dev, devNumber),
    local,
  };
}

/** Why a version has no equivalent in the order of SemVer, as a clause. */
function obstacle({ epoch, further, pre, post, dev, local }: PythonVersion): string | undefined {
  if (epoch !== '0') return 'SemVer has no epochs';
  if (further.length > 0) return 'SemVer has three numbers';
  if (local !== undefined) return 'SemVer does not order local versions';
  if (dev !== undefined && (post !== undefined || pre.length > 0))
    return 'SemVer has no place for the development of a pre-release or post-release';
  return post !== undefined && pre.length === 0 ? 'SemVer has no post-releases' : undefined;
}

/** The next version for a post-release, else the version without what SemVer does not have. */
function suggestionFor({ core, pre, post }: PythonVersion): string {
  if (pre.length > 0) return `${core}-${pre.join('.')}`;
  return post === undefined ? core : core.replace(/\d+$/, (patch) => String(Number(patch) + 1));
}

/** The number of a segment that is there; 0 when it has none. */
function numberOf(segment: string | undefined, digits: string | undefined): string | undefined {
  return segment === undefined ? undefined : withoutZeros(digits ?? '');
}

/** A number as PEP 440 normalizes it: `05` is `5`, and none is `0`. */
function withoutZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '') || '0';
}

/** Rules for one segment of a path, so that it means the same file on Linux, macOS and Windows. */

/** Most file systems allow 255 bytes of UTF-8 (ext4, APFS) or 255 UTF-16 units (NTFS), which is never less. */
const MAX_SEGMENT_BYTES = 255;

/**
 * Windows opens devices under these names with any extension: `nul.txt` is the device. Superscript digits count as
 * digits. Source: Microsoft, "Naming Files, Paths, and Namespaces".
 */
const WINDOWS_DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])$/i;

/** Reserved by Windows besides the slashes; the colon has its own rule. */
const WINDOWS_RESERVED_CHARACTER = /[<>"|?*]/;

/**
 * Folders in which version control systems keep configuration that they execute (hooks, pagers, file monitors). `git~1`
 * is the short name of `.git` on Windows.
 */
const VCS_FOLDER = /^(?:\.git|git~1|\.hg|\.svn|\.jj|\.bzr|_darcs)$/i;

const RULES: readonly { readonly isViolatedBy: (segment: string) => boolean; readonly reason: string }[] = [
  { isViolatedBy: (segment) => segment === '', reason: 'has an empty segment' },
  { isViolatedBy: (segment) => segment === '.', reason: 'has the segment "."' },
  { isViolatedBy: (segment) => segment === '..', reason: 'leaves its folder with ".."' },
  {
    isViolatedBy: (segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES,
    reason: `has a name longer than ${MAX_SEGMENT_BYTES} bytes`,
  },
  {
    isViolatedBy: (segment) => segment.includes(':'),
    reason: 'contains a colon, which Windows uses for drives and hidden streams',
  },
  {
    isViolatedBy: (segment) => WINDOWS_RESERVED_CHARACTER.test(segment),
    reason: 'contains one of the characters < > " | ? *, which are reserved on Windows',
  },
  {
    isViolatedBy: (segment) => /[. ]$/.test(segment),
    reason: 'has a name that ends with a dot or a space, which Windows removes',
  },
  { isViolatedBy: isWindowsDevice, reason: 'has a reserved Windows device name' },
  { isViolatedBy: (segment) => VCS_FOLDER.test(segment), reason: 'is inside the folder of a version control system' },
];

/** The name up to the first dot decides, without trailing spaces: `CON .txt` is the console. */
function isWindowsDevice(segment: string): boolean {
  const stem = segment.split('.', 1)[0] ?? '';
  return WINDOWS_DEVICE_NAME.test(stem.trimEnd());
}

/** Returns why the segment is refused, to complete a sentence about its path; undefined if it is valid. */
export function checkSegment(segment: string): string | undefined {
  return RULES.find((rule) => rule.isViolatedBy(segment))?.reason;
}

/**
 * What one segment of a path, the name between two slashes, must not be, so that it means the same file on Linux,
 * macOS and Windows.
 */

/** Most file systems hold a name in 255 bytes of UTF-8 (ext4, APFS) or 255 UTF-16 units (NTFS), which is never less. */
const MAX_SEGMENT_BYTES = 255;

/**
 * Devices of Windows, which it opens whatever the extension: `nul.txt` is the device. The superscript digits count as
 * digits there. Source: Microsoft, "Naming Files, Paths, and Namespaces".
 */
const WINDOWS_DEVICE_NAME = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])$/i;

/** Reserved by Windows besides the slashes; the colon has a rule of its own. */
const WINDOWS_RESERVED_CHARACTER = /[<>"|?*]/;

/**
 * Folders in which a version control system keeps configuration that it executes (hooks, pagers, file monitors).
 * `git~1` is the short name under which Windows finds `.git`.
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

/** The stem up to the first dot decides, and spaces before that dot are dropped: `CON .txt` is the console. */
function isWindowsDevice(segment: string): boolean {
  const stem = segment.split('.', 1)[0] ?? '';
  return WINDOWS_DEVICE_NAME.test(stem.trimEnd());
}

/** Why this segment is refused, as the end of a sentence about its path; undefined if it is not. */
export function checkSegment(segment: string): string | undefined {
  return RULES.find((rule) => rule.isViolatedBy(segment))?.reason;
}

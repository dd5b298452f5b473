/**
 * What one segment of a path, the name between two slashes, must not be, so that it means the same file on Linux,
 * macOS and Windows.
 */

/** Most file systems hold a name in 255 bytes of UTF-8 (ext4, APFS) or 255 UTF-16 units (NTFS), which is never less. */
const SEGMENT_BYTES = 255;

/**
 * Devices of Windows, which it opens whatever the extension: `nul.txt` is the device. The superscript digits count as
 * digits there. Source: Microsoft, "Naming Files, Paths, and Namespaces".
 */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])$/i;

/** Reserved by Windows besides the slashes; the colon has a rule of its own. */
const RESERVED = /[<>"|?*]/;

/**
 * Folders in which a version control system keeps configuration that it executes (hooks, pagers, file monitors).
 * `git~1` is the short name under which Windows finds `.git`.
 */
const VCS_FOLDER = /^(?:\.git|git~1|\.hg|\.svn|\.jj|\.bzr|_darcs)$/i;

const RULES: readonly { readonly broken: (segment: string) => boolean; readonly reason: string }[] = [
  { broken: (segment) => segment === '', reason: 'has an empty segment' },
  { broken: (segment) => segment === '.', reason: 'has the segment "."' },
  { broken: (segment) => segment === '..', reason: 'climbs out of its folder with ".."' },
  {
    broken: (segment) => Buffer.byteLength(segment) > SEGMENT_BYTES,
    reason: `has a name longer than ${SEGMENT_BYTES} bytes`,
  },
  {
    broken: (segment) => segment.includes(':'),
    reason: 'has a colon, which names a drive or a hidden stream on Windows',
  },
  { broken: (segment) => RESERVED.test(segment), reason: 'has one of the characters < > " | ? *, reserved by Windows' },
  {
    broken: (segment) => /[. ]$/.test(segment),
    reason: 'has a name that ends in a dot or a space, which Windows drops',
  },
  { broken: isDevice, reason: 'has the name of a Windows device' },
  { broken: (segment) => VCS_FOLDER.test(segment), reason: 'lies in the folder of a version control system' },
];

/** The stem up to the first dot decides, and spaces before that dot are dropped: `CON .txt` is the console. */
function isDevice(segment: string): boolean {
  const stem = segment.split('.', 1)[0] ?? '';
  return DEVICE.test(stem.trimEnd());
}

/** Why this segment is refused, as the end of a sentence about its path; undefined if it is not. */
export function checkSegment(segment: string): string | undefined {
  return RULES.find((rule) => rule.broken(segment))?.reason;
}

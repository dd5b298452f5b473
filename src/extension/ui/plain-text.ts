/**
 * Texts that strangers wrote, made harmless for places where VS Code reads more than text into a string.
 *
 * Notifications turn `[a](command:b)` into a link that runs a command, quick picks and the status bar turn `$(a)` into
 * an icon, and control or direction characters can make a name look like another.
 */

// Line ends, C0 and C1 controls, zero-width characters and the marks that change the direction of writing.
// eslint-disable-next-line no-control-regex -- control characters are what this removes
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/**
 * One line of plain text without icons, links or invisible characters, cut to `max` characters.
 */
export function plainText(text: string, max = 300): string {
  const line = text
    .slice(0, max * 4)
    .replaceAll(INVISIBLE, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const inert = line.replaceAll('$(', '$ (').replaceAll('](', '] (');
  return inert.length > max ? `${cutAt(inert, max - 1)}…` : inert;
}

/** Cut without tearing a surrogate pair apart. */
function cutAt(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

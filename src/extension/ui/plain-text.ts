/**
 * Makes texts of untrusted authors safe for places where VS Code interprets strings.
 *
 * Notifications turn `[a](command:b)` into a link that runs a command, quick picks and the status bar turn `$(a)` into
 * an icon, and control or direction characters can make one name look like another.
 */

// Controls (which include line ends), zero-width characters and the marks that change the writing direction.
const INVISIBLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/**
 * One line of plain text without icons, links or invisible characters.
 *
 * @param max maximum length in characters; longer text ends in `…`
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

/** Cut without splitting a surrogate pair. */
function cutAt(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

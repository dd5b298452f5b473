/**
 * Characters that do not belong in a path or a displayed text: controls, line separators, format characters (which
 * reorder or hide text), default-ignorable characters, non-characters, lone surrogates, and the blank braille pattern,
 * which looks empty.
 *
 * Source: Unicode general categories Cc, Cf, Cs, Zl, Zp and the properties Default_Ignorable_Code_Point and
 * Noncharacter_Code_Point.
 */
const INVISIBLE_CHARACTER_CLASS = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800`;

const INVISIBLE_CHARACTER = new RegExp(`[${INVISIBLE_CHARACTER_CLASS}]`, 'u');
const INVISIBLE_CHARACTERS = new RegExp(`[${INVISIBLE_CHARACTER_CLASS}]`, 'gu');

/** Whether the text contains a control, invisible or bidirectional character. */
export function hasInvisibleCharacter(text: string): boolean {
  return INVISIBLE_CHARACTER.test(text);
}

/** Applies `replace` to every such character. */
export function replaceInvisibleCharacters(text: string, replace: (character: string) => string): string {
  return text.replace(INVISIBLE_CHARACTERS, replace);
}

/** Replaces every such character by `\u{…}`, for messages. */
export function escapeInvisibleCharacters(text: string): string {
  return replaceInvisibleCharacters(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

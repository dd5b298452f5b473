/**
 * Characters that have no place in a path or in a text shown to people: controls, line separators, format characters
 * (which reorder or hide text), what Unicode calls ignorable by default, non-characters, halves of surrogate pairs, and
 * the blank braille cell, which is visible by definition and empty to the eye.
 *
 * Source: Unicode general categories Cc, Cf, Cs, Zl, Zp and the properties Default_Ignorable_Code_Point and
 * Noncharacter_Code_Point.
 */
const INVISIBLE_CHARACTER_CLASS = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800`;

const INVISIBLE_CHARACTER = new RegExp(`[${INVISIBLE_CHARACTER_CLASS}]`, 'u');
const INVISIBLE_CHARACTERS = new RegExp(`[${INVISIBLE_CHARACTER_CLASS}]`, 'gu');

/** Whether a control, invisible or direction-changing character is in the text. */
export function hasInvisibleCharacter(text: string): boolean {
  return INVISIBLE_CHARACTER.test(text);
}

/** The text with `replace` applied to every such character. */
export function replaceInvisibleCharacters(text: string, replace: (character: string) => string): string {
  return text.replace(INVISIBLE_CHARACTERS, replace);
}

/** The text with every such character spelled out as `\u{…}`: for messages about it. */
export function escapeInvisibleCharacters(text: string): string {
  return replaceInvisibleCharacters(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

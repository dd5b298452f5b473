/** Words per minute of an adult who reads silently (Brysbaert 2019, mean over 190 studies of English). */
const WORDS_PER_MINUTE = 238;

const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Number of words of a text. Works for scripts without spaces too, such as Chinese, Japanese and Thai. */
export function countWords(text) {
  let count = 0;
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count++;
  return count;
}

/** Whole minutes that reading a text takes, at least one unless there is nothing to read. */
export function readingMinutes(text, wordsPerMinute = WORDS_PER_MINUTE) {
  const count = countWords(text);
  return count === 0 ? 0 : Math.max(1, Math.round(count / wordsPerMinute));
}

/** The same in words: "4 min read". */
export function readingTime(text, wordsPerMinute) {
  return `${readingMinutes(text, wordsPerMinute)} min read`;
}

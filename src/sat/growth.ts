/** Above so many words arrays grow by a quarter, so that little of the memory is room for more. */
const LARGE = 1 << 20;

/** The next size of an array that is full. */
export const growth = (words: number): number =>
  words < LARGE ? 2 * words : words + Math.ceil(words / 4);

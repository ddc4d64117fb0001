/** Names of a program: those of Python, letters of all scripts included. */

/** A name, as the source of a pattern with the flag `u`. */
export const NAME = String.raw`[\p{XID_Start}_]\p{XID_Continue}*`;

const WHOLE = new RegExp(`^${NAME}$`, "u");

/** Whether a text is a name. */
export const isIdentifier = (text: string): boolean => WHOLE.test(text);

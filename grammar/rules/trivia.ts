/** Which comments belong to which statement. Comments arrive in order of the text and are taken from the front. */
import type { IToken } from "chevrotain";
import type * as ast from "../ast/nodes.js";
import { endOf } from "../lexer.js";

/** Comments of a piece, taken front to back. */
export interface CommentQueue {
  readonly text: string;
  readonly comments: readonly IToken[];
  next: number;
}

/** Comments on the first logical line of a statement. */
export interface HeadComments {
  readonly trailing?: ast.Comment;
  readonly inner?: readonly ast.Comment[];
}

/** Whether an empty line stands above the line of `offset`. */
export function blankAbove(text: string, offset: number): boolean {
  let i = offset - 1;
  while (isBlank(text.charCodeAt(i))) i--;
  const first = text.charCodeAt(i);
  if (first === 10) {
    if (text.charCodeAt(--i) === 13) i--;
  } else if (first === 13) i--;
  else return false;
  while (isBlank(text.charCodeAt(i))) i--;
  const second = text.charCodeAt(i);
  return second === 10 || second === 13;
}

/** Column of an offset, tabs to the next multiple of eight. */
export function columnAt(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && !isLineEnd(text.charCodeAt(start - 1))) start--;
  let column = 0;
  for (let i = start; i < offset; i++)
    column = text.charCodeAt(i) === 9 ? (column | 7) + 1 : column + 1;
  return column;
}

const isBlank = (c: number): boolean => c === 32 || c === 9 || c === 12;
const isLineEnd = (c: number): boolean => c === 10 || c === 13;

/** Whether only blanks stand between the start of the line and `offset`. */
function startsLine(text: string, offset: number): boolean {
  let i = offset - 1;
  while (isBlank(text.charCodeAt(i))) i--;
  return i < 0 || isLineEnd(text.charCodeAt(i));
}

const toComment = (token: IToken, blankBefore: boolean): ast.Comment => ({
  start: token.startOffset,
  end: endOf(token),
  text: token.image.trimEnd(),
  ...(blankBefore ? { blankBefore: true as const } : {}),
});

/** Takes the comments before `offset`, in order. */
export function takeLines(queue: CommentQueue, offset: number): ast.Comment[] {
  const taken: ast.Comment[] = [];
  for (;;) {
    const token = queue.comments[queue.next];
    if (token === undefined || token.startOffset >= offset) return taken;
    queue.next++;
    taken.push(toComment(token, taken.length > 0 && blankAbove(queue.text, token.startOffset)));
  }
}

/** Takes comment lines before `offset` that stand at `column` or deeper. */
export function takeDeeper(queue: CommentQueue, offset: number, column: number): ast.Comment[] {
  const taken: ast.Comment[] = [];
  for (;;) {
    const token = queue.comments[queue.next];
    if (token === undefined || token.startOffset >= offset) return taken;
    if (columnAt(queue.text, token.startOffset) < column) return taken;
    queue.next++;
    taken.push(toComment(token, blankAbove(queue.text, token.startOffset)));
  }
}

/** Takes the comments of a logical line: those inside, and the one after its last token. */
export function takeHead(
  queue: CommentQueue,
  lastEnd: number,
  lineEnd: number,
): HeadComments | undefined {
  let token = queue.comments[queue.next];
  if (token === undefined || token.startOffset >= lineEnd) return undefined;
  const inner: ast.Comment[] = [];
  let trailing: ast.Comment | undefined;
  while (token !== undefined && token.startOffset < lineEnd) {
    queue.next++;
    if (token.startOffset >= lastEnd) trailing = toComment(token, false);
    else {
      const ownLine = startsLine(queue.text, token.startOffset);
      inner.push({ ...toComment(token, false), ...(ownLine ? { ownLine: true as const } : {}) });
    }
    token = queue.comments[queue.next];
  }
  return {
    ...(trailing === undefined ? {} : { trailing }),
    ...(inner.length === 0 ? {} : { inner }),
  };
}

/** Trivia of a statement that starts at `start`, its comment lines already taken. */
export function triviaOf(
  text: string,
  start: number,
  leading: readonly ast.Comment[],
  head: HeadComments | undefined,
): ast.Trivia | undefined {
  const blankBefore = blankAbove(text, leading[0]?.start ?? start);
  if (!blankBefore && leading.length === 0 && head === undefined) return undefined;
  return {
    ...(blankBefore ? { blankBefore: true as const } : {}),
    ...(leading.length === 0 ? {} : { leading }),
    ...(leading.length > 0 && blankAbove(text, start) ? { blankAfterComments: true as const } : {}),
    ...head,
  };
}

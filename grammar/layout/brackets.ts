/** Bracketed lists: on one line, else their contents on one line of their own, else one element a line. */
import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import type { Comment } from "../ast/nodes.js";
import type { InnerComments } from "./comments.js";

const { group, indent, softline, line, hardline, ifBreak, lineSuffix, breakParent } = builders;

export interface ListItem {
  readonly start: number;
  readonly end: number;
  readonly doc: () => Doc;
}

export interface ListStyle {
  /** The source asks for one element a line. */
  readonly magic?: boolean | undefined;
  /** The comma after a sole element is part of it (1-tuples). */
  readonly soleComma?: boolean;
  /** A comma would not be syntax. */
  readonly noComma?: boolean;
  /** Never all elements on one line of their own (parameters). */
  readonly spread?: boolean;
}

/** A comment at the end of the line it stands on. */
export const suffix = (comment: Comment): Doc => [lineSuffix(`  ${comment.text}`), breakParent];

/** `open items close`; `end` is the offset of the closing bracket's end. */
export function bracketed(
  open: Doc,
  items: readonly ListItem[],
  close: Doc,
  end: number,
  comments: InnerComments,
  style: ListStyle = {},
): Doc {
  const parts: Doc[] = [];
  let opening: Doc = "";
  let commented = false;
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const lead = comments.before(item.start);
    const doc = item.doc();
    // What the element's own lists did not place moves in front of it.
    const strays = comments.before(item.end);
    const trailing: Doc[] = [];
    const above: Doc[] = [];
    for (const comment of lead) {
      commented = true;
      if (comment.ownLine === true) above.push([comment.text, hardline]);
      else trailing.push(suffix(comment));
    }
    for (const comment of strays) {
      commented = true;
      above.push([comment.text, hardline]);
    }
    if (i === 0) opening = trailing;
    else parts.push([",", ...trailing, line]);
    parts.push([...above, doc]);
  }
  const rest = comments.left > 0 ? comments.before(end) : [];
  const after: Doc[] = [];
  for (const comment of rest) {
    commented = true;
    after.push(comment.ownLine === true ? [hardline, comment.text] : suffix(comment));
  }
  const last: Doc =
    style.noComma === true
      ? ""
      : items.length === 1 && style.soleComma === true
        ? ","
        : ifBreak(",");
  const broken = commented || style.magic === true;
  if (items.length === 0) {
    if (rest.length === 0) return [open, close];
    return group([open, indent(after), hardline, close], { shouldBreak: true });
  }
  if (style.spread === true) {
    return group([open, opening, indent([softline, ...parts, last, ...after]), softline, close], {
      shouldBreak: broken,
    });
  }
  const inner = group([...parts, last, ...after], { shouldBreak: broken });
  return group([open, opening, indent([softline, inner]), softline, close], {
    shouldBreak: broken,
  });
}

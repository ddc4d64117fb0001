/** Annotations of blocks and loops. */
import type { Attrs } from "../ir/core/node.js";
import type { Block, For } from "../ir/tir/stmt.js";

/** The statement with other annotations. */
export const annotated = (node: Block | For, annotations: Attrs): Block | For => ({
  ...node,
  annotations,
});

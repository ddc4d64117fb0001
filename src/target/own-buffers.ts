/** Allocated buffers whose memory nothing else sees, which may therefore live in variables. */
import { visit } from "../ir/core/visit.js";
import type { Node } from "../ir/nodes.js";
import type { Buffer } from "../ir/tir/buffer.js";
import type { Load, Var } from "../ir/tir/expr.js";
import type { Store, Stmt } from "../ir/tir/stmt.js";

/** Those candidates that nothing but such loads and stores uses. */
export function ownBuffers(
  body: Stmt,
  isCandidate: (buffer: Buffer) => boolean,
  isPlain: (access: Load | Store) => boolean,
): Set<Buffer> {
  const found = new Set<Buffer>();
  const owners = new Map<Var, Buffer>();
  visit(body, {
    enter(node) {
      if (node.kind !== "tir.Alloc" || !isCandidate(node.buffer)) return;
      found.add(node.buffer);
      owners.set(node.buffer.data, node.buffer);
    },
  });
  if (found.size === 0) return found;
  const reject = (node: Node | undefined): void => {
    if (node?.kind === "tir.Buffer") found.delete(node);
    else if (node?.kind === "tir.Var") found.delete(owners.get(node) as Buffer);
  };
  visit(body, {
    enter(node, defining) {
      if (node.kind === "tir.Load" || node.kind === "tir.Store") {
        // Another name of the memory.
        if (!found.has(node.buffer)) reject(node.buffer.data);
        if (!isPlain(node)) reject(node.buffer);
      } else if (node.kind === "tir.Call" || node.kind === "tir.CallGlobal") {
        for (const arg of node.args) {
          if (arg.kind === "tir.Buffer") reject(arg);
          if (arg.kind === "tir.BufferRegion") reject(arg.buffer);
          // The address of an element escapes.
          const escapes = node.kind === "tir.CallGlobal" || node.op === "address_of";
          if (arg.kind === "tir.Load" && escapes) reject(arg.buffer);
        }
      } else if (node.kind === "tir.Decl") reject(node.buffer.data);
      else if (node.kind === "tir.Var" && !defining && node.dtype.code === "handle") reject(node);
    },
  });
  return found;
}

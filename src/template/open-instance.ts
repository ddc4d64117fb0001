/** What a template expands to for calls that differ in numbers: expanded once, with the numbers open. */
import { Analyzer, isPrim } from "../arith/index.js";
import { rebuild, substitute } from "../ir/core/rewrite.js";
import type { Node } from "../ir/nodes.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { Stmt } from "../ir/tir/stmt.js";
import { DiagnosticError } from "../support/diagnostic.js";
import type { Binding } from "./binding.js";
import { expandBody } from "./instantiate.js";
import { isPlainlyOpen, NumberNeeded, type OpenNumbers } from "./open-numbers.js";
import { bindSignature } from "./signature.js";
import type { CallFacts, Template } from "./template.js";

/** An expansion in which numbers are symbols. */
export interface OpenInstance {
  readonly binding: Binding;
  readonly body: Stmt;
}

/** Expands a template with numbers left open; undefined where the expansion depends on them. */
export function expandOpen(
  template: Template,
  facts: CallFacts,
  open: OpenNumbers,
): OpenInstance | undefined {
  try {
    const binding = bindSignature(template, facts, { open });
    if ("reason" in binding) return undefined;
    const body = expandBody(binding);
    return isPlainlyOpen(body, open) ? { binding, body } : undefined;
  } catch (error) {
    if (error instanceof NumberNeeded || error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

/** The statements for a binding to a call of given numbers, with binders of their own. */
export function bodyFor(
  { binding: before, body }: OpenInstance,
  after: Binding,
  numbers: ReadonlyMap<Var, PrimExpr>,
): Stmt {
  const done = new Map<Node, Node>(numbers);
  before.tensors.forEach(({ buffers }, i) =>
    buffers.forEach((buffer, k) => {
      const image = after.tensors[i]!.buffers[k]!;
      done.set(buffer, image);
      done.set(buffer.data, image.data);
      buffer.shape.forEach((dim, d) => {
        if (dim.kind === "tir.Var" && !done.has(dim)) done.set(dim, image.shape[d]!);
      });
    }),
  );
  before.symbols.scalars.forEach(({ var: v }, i) => done.set(v, after.symbols.scalars[i]!.var));
  const analyzer = new Analyzer();
  const walk = (node: Node): Node => {
    const known = done.get(node);
    if (known !== undefined) return known;
    const image =
      node.kind === "tir.Var"
        ? { ...node }
        : isPrim(node) && isOpen(node, numbers)
          ? analyzer.simplify(rebuild(substitute(node, numbers), walk))
          : rebuild(node, walk);
    done.set(node, image);
    return image;
  };
  return walk(body) as Stmt;
}

/** Whether numbers stand in a sum or product. */
const isOpen = (e: PrimExpr, numbers: ReadonlyMap<Var, PrimExpr>): boolean =>
  e.kind === "tir.Binary"
    ? isOpen(e.a, numbers) || isOpen(e.b, numbers)
    : e.kind === "tir.Var" && numbers.has(e);

/** Which statements, expressions and types programs contain. */
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import { dtype } from "../../support/dtype.js";
import { allTypes } from "./types.js";

/** What every campaign over T functions must contain in at least one of a hundred programs. */
export const requiredFeatures: readonly string[] = [
  ...["For.serial", "For.parallel", "For.vectorized", "For.unrolled", "For.thread_binding", "For.step", "While", "Store",
      "Store.vector", "Store.predicate", "If", "If.else", "Seq", "Evaluate", "Bind", "Bind.vector", "Alloc", "Alloc.scalar",
      "Decl", "AllocConst", "AttrStmt", "Assert", "Jump.break", "Jump.continue", "Return", "Realize", "Block", "Block.init",
      "Block.predicate", "Block.alloc", "Block.match"].map((n) => `stmt ${n}`), // prettier-ignore
  ...["Var", "IntImm", "FloatImm", "Cast", "Compare", "Logic", "Select", "IfThenElse", "Load", "Load.vector", "Ramp",
      "Broadcast", "Shuffle", "Let", "Call", "CallGlobal", "Unary.neg", "Unary.not", "Unary.bitnot",
      ...["add", "sub", "mul", "div", "mod", "floordiv", "floormod", "ceildiv", "min", "max", "bitand", "bitor", "bitxor",
          "shl", "shr"].map((op) => `Binary.${op}`)].map((n) => `expr ${n}`), // prettier-ignore
  ...[...allTypes, dtype("handle")].map((t) => `type ${t.name}`),
];

/** The features of a module, each once. */
export function featuresOf(module: IRModule): Set<string> {
  const found = new Set<string>();
  const note = (name: string): void => void found.add(name);
  for (const func of module.functions.values()) {
    if (func.kind !== "tir.PrimFunc") continue;
    visit(func, {
      enter(node) {
        if ("dtype" in node && node.dtype !== undefined) {
          note(`type ${node.dtype.scalarName}`);
          if (node.dtype.lanes > 1) note("type vector");
        }
        switch (node.kind) {
          case "tir.For":
            note(`stmt For.${node.loopKind}`);
            if (node.step !== undefined) note("stmt For.step");
            return;
          case "tir.Store":
            note("stmt Store");
            if (node.value.dtype.lanes > 1) note("stmt Store.vector");
            if (node.predicate !== undefined) note("stmt Store.predicate");
            return;
          case "tir.If":
            note("stmt If");
            if (node.otherwise !== undefined) note("stmt If.else");
            return;
          case "tir.Bind":
            note(node.var.dtype.lanes > 1 ? "stmt Bind.vector" : "stmt Bind");
            return;
          case "tir.Alloc":
            note(node.buffer.scalar ? "stmt Alloc.scalar" : "stmt Alloc");
            return;
          case "tir.Jump":
            note(`stmt Jump.${node.jump}`);
            return;
          case "tir.Block":
            note("stmt Block");
            if (node.init !== undefined) note("stmt Block.init");
            if (node.allocs.length > 0) note("stmt Block.alloc");
            if (node.matches.length > 0) note("stmt Block.match");
            if (node.predicate.kind !== "tir.IntImm") note("stmt Block.predicate");
            return;
          case "tir.Binary":
            note(`expr Binary.${node.op}`);
            return;
          case "tir.Unary":
            note(`expr Unary.${node.op}`);
            return;
          case "tir.Call":
            note("expr Call");
            note(`call ${node.op}`);
            return;
          case "tir.Load":
            note(node.dtype.lanes > 1 ? "expr Load.vector" : "expr Load");
            return;
          default: {
            const name = node.kind.replace("tir.", "");
            note(
              `${["While", "Seq", "Evaluate", "Decl", "AllocConst", "AttrStmt", "Assert", "Return", "Realize"].includes(name) ? "stmt" : "expr"} ${name}`,
            );
          }
        }
      },
    });
  }
  return found;
}

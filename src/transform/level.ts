/** Levels of functions, read off their bodies. */
import { visit } from "../ir/core/visit.js";
import type { IRModule } from "../ir/module.js";
import type { Call, Func } from "../ir/relax/expr.js";
import type { PrimFunc } from "../ir/tir/function.js";
import { canRun } from "../interp/relax/run.js";
import { lookupOp } from "../op/registry.js";
import type { RelaxLevel, TirLevel } from "./pass.js";

const levels = new WeakMap<PrimFunc, TirLevel>();

/** `block` while it has blocks, `loop` while an access has other than one index, else `flat`. */
export function levelOf(func: PrimFunc): TirLevel {
  let level = levels.get(func);
  if (level === undefined) levels.set(func, (level = foundLevel(func)));
  return level;
}

/** Levels from high to low. */
const ORDER: readonly TirLevel[] = ["block", "loop", "flat"];
/** Levels that functions have because passes that say nothing else of it keep the level of what they are given. */
const kept = new WeakMap<PrimFunc, TirLevel>();

/** Tells that a pass that keeps levels made a function from another one. */
export function keepLevel(before: PrimFunc, after: PrimFunc): void {
  const level = kept.get(before) ?? levels.get(before);
  if (level !== undefined) kept.set(after, level);
}

/** Whether a function is at a level or a lower one; it is walked only where the passes before do not say so. */
export function reachesLevel(func: PrimFunc, level: TirLevel): boolean {
  const isDown = (found: TirLevel | undefined): boolean =>
    found !== undefined && ORDER.indexOf(found) >= ORDER.indexOf(level);
  return level === "block" || isDown(kept.get(func)) || isDown(levelOf(func));
}

function foundLevel(func: PrimFunc): TirLevel {
  let level: TirLevel = "flat";
  visit(func.body, {
    enter(node) {
      if (level === "block") return false;
      switch (node.kind) {
        case "tir.Block":
        case "tir.Realize":
          level = "block";
          return;
        case "tir.Load":
        case "tir.Store":
          if (node.indices.length !== 1) level = "loop";
          // Below a store there are no blocks.
          return level === "loop" ? false : undefined;
        case "tir.Buffer":
          return false;
        default:
          return;
      }
    },
  });
  return level;
}

/** From high to low. */
export const RELAX_LEVELS = ["graph", "legal", "alloc", "planned", "vm"] as const;

/** The highest and the lowest level that something in a Relax function belongs to. */
export interface RelaxLevels {
  readonly highest: RelaxLevel;
  readonly lowest: RelaxLevel;
}

/**
 * `graph` while there are operators that need a lowering, `legal` with calls of T functions that have outputs of their
 * own, `alloc` with explicit allocations, `planned` with storage, `vm` with the machine's builtins. Undefined for a
 * function that could be of any level.
 */
export function relaxLevelsOf(func: Func, module: IRModule): RelaxLevels | undefined {
  let highest: number = RELAX_LEVELS.length;
  let lowest = -1;
  visit(func.body, {
    enter(node) {
      switch (node.kind) {
        // Types and shapes hold no calls.
        case "relax.Var":
        case "relax.TensorInfo":
        case "relax.ShapeExpr":
          return false;
        case "relax.Call":
          break;
        default:
          return;
      }
      const level = levelOfCall(node, module);
      if (level === undefined) return;
      const at = RELAX_LEVELS.indexOf(level);
      // Calls of T functions stay as they are from `alloc` on.
      if (node.op.kind !== "ir.GlobalVar") highest = Math.min(highest, at);
      lowest = Math.max(lowest, at);
    },
  });
  return lowest < 0
    ? undefined
    : { highest: RELAX_LEVELS[highest] ?? "vm", lowest: RELAX_LEVELS[lowest]! };
}

/** Builtins that only lowered functions call. */
const MACHINE =
  /^vm\.builtin\.(alloc_shape_heap|match_shape|match_prim_value|make_shape|make_prim_value|check_)/;
/** Operators that stay until the last lowering: they only give memory another shape. */
const VIEWS: ReadonlySet<string> = new Set(["reshape"]);
const DESTINATION_PASSING =
  /^(call_tir|call_tir_inplace|call_tir_with_grad|call_dps_packed|call_inplace_packed)$/;

function levelOfCall({ op }: Call, module: IRModule): RelaxLevel | undefined {
  if (op.kind === "ir.GlobalVar") {
    // A T function that gives its result back only computes a scalar.
    const callee = module.functions.get(op.name);
    return callee?.kind === "tir.PrimFunc" && callee.retType.code === "void" ? "alloc" : undefined;
  }
  if (op.kind === "ir.ExternFunc") return MACHINE.test(op.symbol) ? "vm" : undefined;
  if (op.kind !== "relax.Op") return undefined;
  const { name } = op;
  if (name.startsWith("vm.")) return "vm";
  if (/^memory\.(alloc|kill)_/.test(name)) return "planned";
  if (name === "builtin.alloc_tensor") return "alloc";
  if (DESTINATION_PASSING.test(name)) return "legal";
  const stays = VIEWS.has(name) || canRun(name) || lookupOp(name)?.structural === true;
  return stays ? undefined : "graph";
}

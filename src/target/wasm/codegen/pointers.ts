/**
 * Pointers that advance with an innermost loop: accesses whose addresses grow by the same amount in each iteration,
 * and differ by constants, share one.
 */
import { hasEffects } from "../../../arith/index.js";
import { children } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import type { For } from "../../../ir/tir/stmt.js";
import { isFloat } from "../../../support/dtype.js";
import type { Local } from "../encoder/function.js";
import { addressKey, byteForm, emitForm, emitLow32 } from "./address.js";
import type { FunctionContext } from "./context.js";
import { readsMemory, slope, sum, type LinearForm } from "./linear-form.js";

export interface Pointers {
  /**
   * Moves them to the next iteration. Where the loop variable is not needed otherwise, the result pushes whether there
   * is another iteration.
   */
  advance(isCounterFree: boolean): (() => void) | undefined;
  /** Forgets them. */
  end(): void;
}

/** More would not stay in registers. */
const MOST_POINTERS = 10;

interface Access {
  readonly buffer: Buffer;
  readonly indices: readonly PrimExpr[];
  /** May be left out in some iteration. */
  readonly isConditional: boolean;
}

interface Group {
  readonly key: string;
  readonly data: Local;
  readonly form: LinearForm;
  readonly rise: LinearForm;
  readonly constants: { readonly value: number; readonly isConditional: boolean }[];
}

const none: Pointers = { advance: () => undefined, end: () => undefined };

/** Sets up the pointers of a loop whose variable has its first value. */
export function advancingPointers(cx: FunctionContext, loop: For): Pointers {
  const { step } = loop;
  if (step !== undefined && step.kind !== "tir.IntImm") return none;
  const body = accessesOf(loop);
  if (body === undefined) return none;
  const by = step === undefined ? 1 : Number(BigInt.asIntN(32, BigInt(step.value)));
  const groups = [...grouped(cx, loop.var, body).values()]
    .sort((a, b) => b.constants.length - a.constants.length)
    .slice(0, MOST_POINTERS);
  const { f } = cx;
  const moving = groups.map((group) => {
    const sure = group.constants.filter((c) => !c.isConditional);
    const isAccessed = sure.length > 0;
    const constant = Math.min(...(isAccessed ? sure : group.constants).map((c) => c.value));
    const local = f.local("i32");
    emitForm(cx, group.data, { ...group.form, constant });
    f.set(local);
    const rise = sum({ terms: [], constant: 0 }, group.rise, by);
    const isFixed = rise.terms.length === 0;
    const stride = isFixed ? undefined : f.local("i32");
    if (stride !== undefined) {
      emitForm(cx, undefined, rise);
      f.set(stride);
    }
    return {
      group,
      local,
      constant,
      isAccessed,
      stride,
      rise: isFixed ? rise.constant : undefined,
    };
  });
  // An access in every iteration: its addresses differ, so the last one tells the end.
  const counting = moving.find((m) => m.isAccessed && m.rise !== undefined && m.rise !== 0);
  const last = counting && f.local("i32");
  if (counting !== undefined && last !== undefined && step === undefined) {
    f.get(counting.local);
    emitLow32(cx, loop.extent);
    f.i32(counting.rise!);
    f.op("i32.mul");
    f.op("i32.add");
    f.set(last);
  }
  const outer = new Map(cx.pointers);
  cx.pointers.clear();
  for (const { group, local, constant, isAccessed } of moving)
    cx.pointers.set(group.key, { local, constant, isAccessed });
  return {
    advance(isCounterFree) {
      for (const { local, stride, rise } of moving) {
        if (rise === 0) continue;
        f.get(local);
        if (stride !== undefined) f.get(stride);
        else f.i32(rise!);
        f.op("i32.add");
        f.set(local);
      }
      if (!isCounterFree || counting === undefined || last === undefined) return undefined;
      return () => {
        f.get(counting.local);
        f.get(last);
        f.op("i32.ne");
      };
    },
    end() {
      cx.pointers.clear();
      for (const [key, pointer] of outer) cx.pointers.set(key, pointer);
    },
  };
}

/** The accesses whose addresses follow the loop variable, by what they have in common. */
function grouped(
  cx: FunctionContext,
  v: Var,
  { accesses, defined }: Body,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const { buffer, indices, isConditional } of accesses) {
    const data = cx.locals.get(buffer.data);
    if (data === undefined || cx.promoted.has(buffer) || defined.has(buffer.data)) continue;
    const form = byteForm(cx, buffer, indices);
    if (form.terms.length === 0 || !isKnown(cx, form, defined)) continue;
    const key = addressKey(data, form);
    const constant = { value: form.constant, isConditional };
    const known = groups.get(key);
    if (known !== undefined) {
      known.constants.push(constant);
      continue;
    }
    const rise = slope(form, v, cx.terms);
    if (rise !== undefined) groups.set(key, { key, data, form, rise, constants: [constant] });
  }
  return groups;
}

/** Whether the form can be computed before the loop. */
const isKnown = (cx: FunctionContext, form: LinearForm, defined: ReadonlySet<Var>): boolean =>
  form.terms.every((t) =>
    t.factors.every(
      ({ expr }) =>
        !readsMemory(expr) && varsOf(expr).every((v) => cx.locals.has(v) && !defined.has(v)),
    ),
  );

interface Body {
  readonly accesses: readonly Access[];
  /** Variables that each iteration binds. */
  readonly defined: ReadonlySet<Var>;
}

/** The accesses of a loop without loops inside; undefined for others. */
function accessesOf(loop: For): Body | undefined {
  const found: Access[] = [];
  const defined = new Set<Var>();
  let isInnermost = true;
  let mayLeave = false;
  const walk = (node: Node, isConditional: boolean): void => {
    switch (node.kind) {
      case "tir.For":
      case "tir.While":
        isInnermost = false;
        return;
      case "tir.Bind":
      case "tir.Let":
        defined.add(node.var);
        break;
      case "tir.Alloc":
      case "tir.AllocConst":
      case "tir.Decl":
        defined.add(node.buffer.data);
        break;
      case "tir.Jump":
      case "tir.Return":
      case "tir.Assert":
        mayLeave = true;
        break;
      case "tir.If":
      case "tir.IfThenElse":
        walk(node.cond, isConditional);
        walk(node.then, true);
        if (node.otherwise !== undefined) walk(node.otherwise, true);
        return;
      case "tir.Logic":
        walk(node.a, isConditional);
        return walk(node.b, true);
      case "tir.Binary":
        mayLeave ||= mayStop(node.op, node.b);
        break;
      case "tir.Call":
      case "tir.CallGlobal":
        mayLeave ||= hasEffects(node);
        break;
      case "tir.Load":
      case "tir.Store": {
        const indices = node.indices.map((i) => (i.kind === "tir.Ramp" ? i.base : i));
        const plain = indices.every((i) => i.dtype.lanes === 1) && node.buffer.dtype.lanes === 1;
        if (plain)
          found.push({
            buffer: node.buffer,
            indices,
            isConditional: isConditional || node.predicate !== undefined,
          });
        break;
      }
      default:
    }
    children(node, (child) => walk(child, isConditional));
  };
  walk(loop.body, false);
  if (!isInnermost) return undefined;
  return {
    accesses: mayLeave ? found.map((a) => ({ ...a, isConditional: true })) : found,
    defined,
  };
}

/** Integer division by what may be 0. */
const mayStop = (op: string, b: PrimExpr): boolean =>
  /div|mod/.test(op) && !isFloat(b.dtype) && !(b.kind === "tir.IntImm" && b.value !== 0);

/** Types of locals and parameters. */
import type { Expr } from "../../../../grammar/ast/nodes.js";
import type { PointerType } from "../../../ir/tir/expr.js";
import { handle, tryDType, type DType } from "../../../support/dtype.js";
import { codes } from "../../codes.js";
import { memberOf, report, spanOf, type ElabContext } from "../../context.js";
import { elaborateDType } from "../literal.js";
import { elaborateValue } from "./reader.js";
import { describe } from "./operand.js";

export interface LocalType {
  /** Absent: taken from the value (`T.let`). */
  readonly dtype?: DType | undefined;
  readonly isLet: boolean;
  readonly pointer?: PointerType | undefined;
  /** Of `T.f32[4]`. */
  readonly shape?: Expr | undefined;
}

/** The annotation of a local; undefined is an error that was reported. */
export function localType(ctx: ElabContext, at: Expr): LocalType | undefined {
  if (at.kind === "Subscript") {
    const member = memberOf(ctx, at.value);
    if (member?.name === "let" && at.items.length === 1) {
      const inner = localType(ctx, at.items[0]!);
      return inner && { ...inner, isLet: true };
    }
    if (member?.dialect === "T" && (member.name === "Ptr" || member.name === "ptr"))
      return pointerType(ctx, at.items);
    const dtype = member?.dialect === "T" ? tryDType(member.name) : undefined;
    if (dtype !== undefined) {
      const shape =
        at.items.length === 1
          ? at.items[0]!
          : ({
              kind: "Tuple",
              items: at.items,
              parens: true,
              start: at.start,
              end: at.end,
            } as const);
      return { dtype, isLet: false, shape };
    }
  }
  const member = memberOf(ctx, at);
  if (member?.dialect === "T" && member.name === "let") return { isLet: true };
  return scalarType(ctx, at);
}

function pointerType(ctx: ElabContext, items: readonly Expr[]): LocalType | undefined {
  const flat = items.length === 1 && items[0]!.kind === "Tuple" ? items[0].items : items;
  const element = flat[0] && elaborateDType(ctx, flat[0]);
  if (element === undefined) {
    if (flat[0] !== undefined)
      report(ctx, codes.expectedType({ at: spanOf(ctx, flat[0]), what: "this" }));
    return undefined;
  }
  const scope = flat[1] === undefined ? undefined : elaborateValue(ctx, flat[1]);
  return {
    dtype: handle,
    isLet: false,
    pointer: { element, scope: scope?.kind === "tir.StringImm" ? scope.value : "global" },
  };
}

/** Descriptor of a tensor in memory: a pointer of its own scope. */
const TENSOR_MAP: LocalType = {
  dtype: handle,
  isLet: false,
  pointer: { element: handle, scope: "tensormap" },
};

/** `T.int32`, `T.handle`, `T.handle("float32", "shared")`, `T.Ptr[T.float32]`, `"int32"`, `int`. */
export function scalarType(ctx: ElabContext, at: Expr): LocalType | undefined {
  if (at.kind === "Subscript") {
    const member = memberOf(ctx, at.value);
    if (member?.name === "Ptr" || member?.name === "ptr") return pointerType(ctx, at.items);
  }
  const head = memberOf(ctx, at.kind === "Call" ? at.func : at);
  if (head?.dialect === "T" && head.name === "TensorMap") return TENSOR_MAP;
  if (at.kind === "Call") {
    if (
      head?.name === "handle" &&
      at.args[0]?.value.kind === "Str" &&
      at.args[0].value.value === "tensormap"
    )
      return TENSOR_MAP;
    const value = elaborateValue(ctx, at);
    if (value.kind === "tir.Var")
      return { dtype: value.dtype, isLet: false, pointer: value.pointer };
    if (value.kind !== "error")
      report(ctx, codes.expectedType({ at: spanOf(ctx, at), what: describe(value) }));
    return undefined;
  }
  const dtype = elaborateDType(ctx, at);
  if (dtype !== undefined) return { dtype, isLet: false };
  if (at.kind === "Str") return undefined;
  const value = elaborateValue(ctx, at);
  if (value.kind === "type") return { dtype: value.dtype, isLet: false, pointer: value.pointer };
  if (value.kind !== "error")
    report(ctx, codes.expectedType({ at: spanOf(ctx, at), what: describe(value) }));
  return undefined;
}

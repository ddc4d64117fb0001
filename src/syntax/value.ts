/** What an expression of the text evaluates to while elaborating T code: IR, or something only the elaborator knows. */
import type { Lambda } from "../../grammar/ast/nodes.js";
import type { AttrValue } from "../ir/core/node.js";
import type { GlobalVar } from "../ir/module.js";
import type { Buffer, BufferRegion, Range } from "../ir/tir/buffer.js";
import type { DTypeImm, PointerType, PrimExpr } from "../ir/tir/expr.js";
import type { CommReducer, IndexMap } from "../ir/tir/function.js";
import type { IterVar } from "../ir/tir/stmt.js";
import type { Span } from "../support/source.js";
import type { Macro, Scope } from "./scope.js";

/** None, a dictionary, or another constant object. Plain numbers, booleans and strings are PrimExprs. */
export interface Literal {
  readonly kind: "literal";
  readonly value: AttrValue;
  readonly span?: Span | undefined;
}
export interface Items {
  readonly kind: "items";
  readonly items: readonly Value[];
  readonly isList: boolean;
  readonly span?: Span | undefined;
}
/** `a:b:s` in an index. */
export interface SliceValue {
  readonly kind: "slice";
  readonly lower?: PrimExpr | undefined;
  readonly upper?: PrimExpr | undefined;
  readonly step?: PrimExpr | undefined;
  readonly span?: Span | undefined;
}
/** A type: `T.int32`, `T.handle("float32")`; as an operand it is a {@link DTypeImm}. */
export interface TypeValue {
  readonly kind: "type";
  readonly dtype: DTypeImm["value"];
  readonly pointer?: PointerType | undefined;
  readonly span?: Span | undefined;
}
/** Member of the dialect that has not been called. */
export interface PathValue {
  readonly kind: "path";
  readonly name: string;
  readonly span?: Span | undefined;
}
/** Method or property that has not been called: `A.access_ptr`. */
export interface MethodValue {
  readonly kind: "method";
  readonly object: Value;
  readonly name: string;
  readonly span?: Span | undefined;
}
export interface LambdaValue {
  readonly kind: "lambda";
  readonly node: Lambda;
  readonly scope: Scope;
  readonly span?: Span | undefined;
}
export interface MacroValue {
  readonly kind: "macro";
  readonly macro: Macro;
  readonly span?: Span | undefined;
}
/** The module itself, before a member is taken. */
export interface ModuleValue {
  readonly kind: "module";
  readonly span?: Span | undefined;
}
/** Follows from an error that was reported. */
export interface ErrorValue {
  readonly kind: "error";
  readonly span?: Span | undefined;
}

export type Value =
  | PrimExpr | Buffer | BufferRegion | Range | DTypeImm | IterVar | IndexMap | CommReducer | GlobalVar
  | Literal | Items | SliceValue | TypeValue | PathValue | MethodValue | LambdaValue | MacroValue | ModuleValue
  | ErrorValue; // prettier-ignore

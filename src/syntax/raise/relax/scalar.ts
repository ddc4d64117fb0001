/** Scalars and attribute values of R functions as text: integers are int64 where nothing else is said. */
import type * as A from "../../../../grammar/ast/nodes.js";
import type { Attrs, AttrValue } from "../../../ir/core/node.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import { raiseAttrs, raiseAttrValue } from "../attributes.js";
import type { RaiseContext } from "../context.js";
import { raisePrimExpr } from "../tir/expression.js";

/** A scalar expression. */
export const scalarExpr = (ctx: RaiseContext, value: PrimExpr): A.Expr => raisePrimExpr(ctx, value);
/** An attribute value. */
export const attrExpr = (ctx: RaiseContext, value: AttrValue): A.Expr => raiseAttrValue(ctx, value);
/** A dictionary of attributes. */
export const attrsExpr = (ctx: RaiseContext, attrs: Attrs): A.Expr => raiseAttrs(ctx, attrs);

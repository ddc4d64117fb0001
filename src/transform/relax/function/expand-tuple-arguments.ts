/** Tuples as parameters, one by one. */
import {
  bindingBlock,
  relaxVar,
  tuple,
  tupleGetItem,
  varBinding,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { definePass } from "../../pass.js";
import { mapBlocks, mergeBlocks, type Cursor } from "../rewrite/index.js";
import { calledOnly, repeated, withSignatures, type SignatureChange } from "./private-signature.js";

/**
 * Precondition: A-normal form.
 * Result: private functions that are only called take the items of tuples instead of the tuples.
 * Sound because the body puts the tuples together again.
 */
export const expandTupleArguments = definePass({
  name: "expand-tuple-arguments",
  dialect: "module",
  summary: "Passes the items of tuples to private functions instead of the tuples.",
  options: {},
  run: (module) =>
    repeated(module, (before) => {
      const changes = new Map<string, SignatureChange>();
      for (const [name, func] of calledOnly(before)) {
        const change = expanded(func);
        if (change !== undefined) changes.set(name, change);
      }
      return withSignatures(before, changes);
    }),
});

function expanded(func: Func): SignatureChange | undefined {
  const parts = func.params.map(partsOf);
  if (parts.every((p) => p === undefined)) return undefined;
  const tuples = func.params.flatMap((p, i) =>
    parts[i] === undefined ? [] : [varBinding(p, tuple(parts[i]), p.span)],
  );
  const params = func.params.flatMap((p, i) => parts[i] ?? [p]);
  const blocks = [bindingBlock(tuples), ...func.body.blocks];
  const after = { ...func, params, body: { ...func.body, blocks } };
  return {
    func: mapBlocks(after, mergeBlocks),
    call: (call, at) => ({
      ...call,
      args: call.args.flatMap((a, i) => {
        const own = parts[i];
        return own === undefined ? [a] : itemsOf(a, own.length, at);
      }),
    }),
  };
}

/** A parameter for each item of a tuple. */
function partsOf(p: Var): readonly Var[] | undefined {
  if (p.sinfo?.kind !== "relax.TupleInfo") return undefined;
  return p.sinfo.fields.map((info, i) => relaxVar(`${p.name}_${i}`, info, { annotated: true, span: p.span })); // prettier-ignore
}

const itemsOf = (arg: Expr, count: number, at: Cursor): readonly Expr[] =>
  arg.kind === "relax.Tuple"
    ? arg.fields
    : Array.from({ length: count }, (_, i) => at.operand(tupleGetItem(arg, i)));

/** The parameters of a template as its signature has them. */
import type * as ast from "../../grammar/ast/nodes.js";
import { codes } from "./codes.js";
import { fail, placeOf, type State } from "./state.js";
import type { Template } from "./template.js";

/** `X: T.Buffer(pattern, dtype)`, perhaps `| None`, perhaps `*X`; plain names of elementwise templates. */
export interface TensorParam {
  readonly name: string;
  readonly variadic: boolean;
  readonly optional: boolean;
  readonly shape: ast.Expr | undefined;
  readonly dtype: ast.Expr | undefined;
  readonly at: ast.Parameter;
}

export interface Signature {
  readonly tensors: readonly TensorParam[];
  /** Attributes and scalar operands. */
  readonly attributes: readonly ast.Parameter[];
}

/** Takes the parameters apart. */
export function signatureOf(s: State, { def, form }: Template): Signature {
  const tensors: TensorParam[] = [];
  const attributes: ast.Parameter[] = [];
  let isKeyword = false;
  for (const p of def.params) {
    if (p.star === "*" && p.name === "") isKeyword = true;
    else if (p.annotation !== undefined) {
      tensors.push(tensorParam(s, p, p.annotation));
      if (p.star === "*") isKeyword = true;
    } else if (p.star === "**")
      fail(codes.unsupportedConstruct({ ...placeOf(s, p), what: "`**`" }));
    else if (form === "elementwise" && !isKeyword) {
      const { name } = p;
      tensors.push({
        name,
        variadic: p.star === "*",
        optional: false,
        shape: undefined,
        dtype: undefined,
        at: p,
      });
      if (p.star === "*") isKeyword = true;
    } else attributes.push(p);
  }
  return { tensors, attributes };
}

function tensorParam(s: State, p: ast.Parameter, annotation: ast.Expr): TensorParam {
  let type = annotation;
  let optional = false;
  if (type.kind === "Binary" && type.op === "|" && type.right.kind === "Constant") {
    optional = true;
    type = type.left;
  }
  const isTensor =
    type.kind === "Call" &&
    type.func.kind === "Attribute" &&
    (type.func.name === "Buffer" || type.func.name === "Tensor");
  if (!isTensor || type.kind !== "Call")
    return fail(
      codes.unsupportedConstruct({
        ...placeOf(s, annotation),
        what: "a parameter other than `T.Buffer(shape, dtype)` or `R.Tensor(shape, dtype)`",
      }),
    );
  const part = (name: string, i: number): ast.Expr | undefined =>
    type.args.find((a) => a.name === name)?.value ??
    (type.args[i]?.name === undefined ? type.args[i]?.value : undefined);
  return {
    name: p.name,
    variadic: p.star === "*",
    optional,
    shape: part("shape", 0),
    dtype: part("dtype", 1),
    at: p,
  };
}

const none: readonly string[] = [];
const known = new WeakMap<ast.Expr, readonly string[]>();

/** Names that a pattern may bind. */
export function namesIn(e: ast.Expr | undefined): readonly string[] {
  if (e === undefined) return none;
  let names = known.get(e);
  if (names === undefined) known.set(e, (names = collected(e)));
  return names;
}

function collected(e: ast.Expr): readonly string[] {
  switch (e.kind) {
    case "Name":
      return e.id === "_" ? [] : [e.id];
    case "Starred":
      return namesIn(e.value);
    case "Tuple":
    case "List":
      return e.items.flatMap(namesIn);
    case "Call":
      return e.args.flatMap((a) => namesIn(a.value));
    case "Subscript":
      return [...namesIn(e.value), ...e.items.flatMap(namesIn)];
    case "Slice":
      return [...namesIn(e.lower), ...namesIn(e.upper), ...namesIn(e.step)];
    case "Attribute":
      return namesIn(e.value);
    case "Unary":
      return namesIn(e.operand);
    case "Binary":
    case "BoolOp":
      return [...namesIn(e.left), ...namesIn(e.right)];
    case "Compare":
      return e.operands.flatMap(namesIn);
    case "Conditional":
      return [...namesIn(e.then), ...namesIn(e.cond), ...namesIn(e.otherwise)];
    case "UnsupportedExpr":
      return e.generator === undefined
        ? []
        : [...namesIn(e.generator.element), ...namesIn(e.generator.iter)];
    default:
      return [];
  }
}

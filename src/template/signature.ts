/** Binding a template to a call: attributes first, then tensors from left to right, `where` as soon as it can. */
import type * as ast from "../../grammar/ast/nodes.js";
import { Analyzer } from "../arith/index.js";
import type { AttrValue } from "../ir/core/node.js";
import { isNode } from "../ir/nodes.js";
import { dimsOf, type TensorInfo } from "../ir/relax/struct-info.js";
import { makeBuffer, type Buffer } from "../ir/tir/buffer.js";
import { bool, int64, tryDType, type DType } from "../support/dtype.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { castTo } from "../syntax/elaborate/tir/operators.js";
import type { PrimExpr, Var } from "../ir/tir/expr.js";
import type { Binding, BoundTensor } from "./binding.js";
import { extentOf } from "./buffers.js";
import { codes } from "./codes.js";
import { evaluate } from "./evaluate.js";
import { toDType } from "./statics.js";
import type { EvaluatorHost } from "./evaluator-host.js";
import { NumberNeeded, OpenAnalyzer, type OpenNumbers } from "./open-numbers.js";
import { truth } from "./operators.js";
import { namesIn, signatureOf, type Signature, type TensorParam } from "./parameters.js";
import {
  dimValues,
  hintsOf,
  isFree,
  isUnbound,
  matchDType,
  matchShape,
  mismatch,
} from "./patterns.js";
import { newScope, type Scope } from "./scope.js";
import { fail, newState, placeOf, type State } from "./state.js";
import { freshSymbols, sameSymbols, type Symbols } from "./symbols.js";
import type {
  CallFacts,
  Library,
  LibraryEntry,
  Refusal,
  Template,
  TensorSlot,
} from "./template.js";
import {
  boolValue, bufferValue, dtypeValue, exprValue, floatValue, intValue, none, pack, strValue, valueText, type Value,
} from "./values.js"; // prettier-ignore
import { broadcast } from "./library-functions/shapes.js";

/** What binding may be told beside the call. */
export interface BindOptions {
  /** Templates of graphs: symbols are the caller's, and calls of `R` have a meaning. */
  readonly host?: EvaluatorHost | undefined;
  /** What differs between the calls for which it is bound. */
  readonly open?: OpenNumbers | undefined;
  /** Attributes that were fixed by name: `kernel(axis=1)`. */
  readonly fixed?: ReadonlyMap<string, Value>;
}

/** Binds the names of a template's signature to a call, or tells why it does not apply. */
export function bindSignature(
  template: Template,
  facts: CallFacts,
  options: BindOptions = {},
): Binding | Refusal {
  const analyzer =
    options.open !== undefined
      ? new OpenAnalyzer(options.open.symbols)
      : ((options.host && facts.analyzer) ?? new Analyzer());
  const s: State = {
    ...newState(template.name, template.source, facts.span, options.host),
    analyzer,
  };
  try {
    return bind(s, template, facts, options);
  } catch (error) {
    if (error instanceof DiagnosticError) return { reason: error.diagnostic };
    throw error;
  }
}

/** The scope of the names of a library. */
export function libraryScope(s: State, library: Library): Scope {
  const values = new Map<string, Value | undefined>();
  const scope: Scope = {
    ...newScope("file", undefined),
    outside(name) {
      if (!values.has(name)) values.set(name, entryValue(s, library.lookup(name), name));
      return values.get(name);
    },
    known: () => library.names(),
  };
  return scope;
}

function entryValue(s: State, entry: LibraryEntry | undefined, name: string): Value | undefined {
  switch (entry?.kind) {
    case undefined:
      return undefined;
    case "schedule":
    case "intrinsic":
      return undefined;
    case "proc":
    case "inline": {
      const { def, source } = entry;
      return {
        kind: "function",
        name,
        params: def.params,
        body: def.body,
        scope: libraryScope(s, entry.library),
        source,
      };
    }
    case "constant":
      return evaluate(s, libraryScope(s, entry.library), entry.value);
    case "template":
      return { kind: "template", template: entry.template, bound: new Map() };
  }
}

function bind(s: State, template: Template, facts: CallFacts, options: BindOptions): Binding {
  const signature = signatureOf(s, template);
  const scope = newScope("function", libraryScope(s, template.library));
  const symbols =
    options.host === undefined
      ? freshSymbols(s.analyzer, bareSymbols(facts), [...(options.open?.symbols.keys() ?? [])])
      : sameSymbols;
  const where = pendingWhere(s, scope, template, signature);
  bindAttributes(s, scope, signature, facts, options, symbols);
  where();
  const expected = facts.operands.length + (options.host === undefined ? facts.outputs.length : 0);
  const { tensors } = signature;
  const isElementwise = template.form === "elementwise";
  const count = isElementwise ? tensors.length + facts.outputs.length : tensors.length;
  if (count !== expected) {
    const what = `\`${template.name}\` has ${count} tensor parameters, the call ${facts.operands.length} operands and ${facts.outputs.length} results`;
    return fail(
      codes.operandCount({
        ...placeOf(s, { start: template.def.nameStart, end: template.def.nameEnd }),
        what,
      }),
    );
  }
  const bound: BoundTensor[] = [];
  tensors.forEach((p, i) => {
    const role = i < facts.operands.length ? "operand" : "output";
    const index = role === "operand" ? i : i - facts.operands.length;
    const slot = role === "operand" ? facts.operands[index] : facts.outputs[index];
    bound.push({
      name: p.name,
      role,
      index,
      buffers: bindTensor(s, scope, p, slot, symbols, role),
    });
    where();
  });
  if (isElementwise && options.host === undefined)
    bound.push(...elementwiseOutputs(s, template, facts, bound, symbols));
  checkUnlisted(s, template, signature, facts, options);
  return { template, state: s, scope, symbols, tensors: bound };
}

/** Symbols that are a whole length of some tensor. */
function bareSymbols(facts: CallFacts): ReadonlySet<Var> {
  const found = new Set<Var>();
  const visit = (slot: TensorSlot): void => {
    for (const info of listOf(slot))
      for (const d of dimsOf(info) ?? []) if (d.kind === "tir.Var") found.add(d);
  };
  facts.operands.forEach(visit);
  facts.outputs.forEach(visit);
  return found;
}

const isList = (slot: TensorSlot): slot is readonly TensorInfo[] => Array.isArray(slot);
const listOf = (slot: TensorSlot): readonly TensorInfo[] =>
  slot === undefined ? [] : isList(slot) ? slot : [slot];

// ---- where ---------------------------------------------------------------------

/** Evaluates the parts of `where` whose names are all bound; called again when more are. */
function pendingWhere(
  s: State,
  scope: Scope,
  template: Template,
  { tensors, attributes }: Signature,
): () => void {
  const own = new Set([
    ...attributes.map((p) => p.name),
    ...tensors.flatMap((p) => [p.name, ...namesIn(p.shape), ...namesIn(p.dtype)]),
  ]);
  let parts = template.where;
  return () => {
    parts = parts.filter((part) => {
      if (namesIn(part).some((name) => own.has(name) && isUnbound(scope, name))) return true;
      const v = evaluate(s, scope, part);
      const holds = v.kind === "pack" ? v.items.every((x) => truth(x) === true) : truth(v);
      if (holds === undefined)
        fail(codes.phase({ ...placeOf(s, part), what: valueText(v), construct: "`where`" }));
      if (!holds)
        mismatch(
          s,
          part,
          `\`where\` is false: ${template.source.text.slice(part.start, part.end)}`,
        );
      return false;
    });
  };
}

// ---- attributes ----------------------------------------------------------------

function bindAttributes(
  s: State,
  scope: Scope,
  { attributes }: Signature,
  facts: CallFacts,
  { fixed, open }: BindOptions,
  symbols: Symbols,
): void {
  for (const p of attributes) {
    if (open?.unread.has(p.name)) {
      // It must not mean what the library calls so.
      if (!isUnbound(scope, p.name)) throw new NumberNeeded();
      continue;
    }
    const given = facts.attrs.get(p.name) ?? facts.scalars.get(p.name);
    const isGiven = facts.attrs.has(p.name) || facts.scalars.has(p.name);
    const constant = fixed?.get(p.name);
    if (constant !== undefined) scope.names.set(p.name, { value: constant });
    else if (isGiven) {
      const type = facts.op?.params.find((x) => x.name === p.name)?.type;
      scope.names.set(p.name, {
        value: attrValue(s, given ?? null, p.name, symbols, type === "dtype"),
      });
    } else if (p.default !== undefined)
      scope.names.set(p.name, { value: evaluate(s, scope, p.default) });
    else
      fail(
        codes.unknownAttribute({
          ...placeOf(s, p),
          op: facts.op === undefined ? s.template : `relax.${facts.op.name}`,
          name: p.name,
        }),
      );
  }
}

/** An attribute or scalar operand as a value: constants are static, the rest is over symbols of the instance. */
export function attrValue(
  s: State,
  v: AttrValue,
  hint: string,
  symbols: Symbols,
  isType = false,
): Value {
  if (v === null) return none;
  if (typeof v === "boolean") return boolValue(v);
  if (typeof v === "number" || typeof v === "bigint") return intValue(v);
  if (typeof v === "string") {
    const dtype = isType ? tryDType(v) : undefined;
    return dtype === undefined ? strValue(v) : dtypeValue(dtype);
  }
  if (Array.isArray(v))
    return pack((v as readonly AttrValue[]).map((x, i) => attrValue(s, x, `${hint}${i}`, symbols)));
  if (!isNode(v)) return none;
  switch (v.kind) {
    case "tir.DTypeImm":
      return dtypeValue(v.value);
    case "tir.IntImm":
      return v.dtype === bool ? boolValue(v.value !== 0) : intValue(v.value);
    case "tir.FloatImm":
      return floatValue(v.written ?? v.value);
    case "tir.StringImm":
      return strValue(v.value);
    case "tir.IndexMap":
      return { kind: "index map", map: v };
    default:
      if (!("dtype" in v)) return none;
      return exprValue(symbols.scalar(v as PrimExpr, hint), "dim");
  }
}

/** An attribute that the template does not name must have its default. */
function checkUnlisted(
  s: State,
  template: Template,
  { attributes }: Signature,
  facts: CallFacts,
  { fixed }: BindOptions,
): void {
  const listed = new Set(attributes.map((p) => p.name));
  for (const [name, v] of [...facts.attrs, ...facts.scalars]) {
    if (listed.has(name) || facts.defaulted?.has(name) || fixed?.has(name)) continue;
    if (facts.op?.params.find((p) => p.name === name)?.typeOnly) continue;
    const value = valueText(attrValue(s, v, name, sameSymbols));
    const { nameStart: start, nameEnd: end } = template.def;
    fail(
      codes.unlistedAttribute({
        ...placeOf(s, { start, end }),
        name,
        value,
        template: template.name,
      }),
    );
  }
}

// ---- tensors -------------------------------------------------------------------

function bindTensor(
  s: State,
  scope: Scope,
  p: TensorParam,
  slot: TensorSlot,
  symbols: Symbols,
  role: "operand" | "output",
): Buffer[] {
  if (slot === undefined) {
    if (!p.optional) return mismatch(s, p.at, `the call has no \`${p.name}\``);
    scope.names.set(p.name, { value: none });
    for (const name of [...namesIn(p.shape), ...namesIn(p.dtype)])
      if (isUnbound(scope, name))
        scope.names.set(name, { value: { kind: "undefined", buffer: p.name } });
    return [];
  }
  if (p.variadic) {
    if (!isList(slot)) return mismatch(s, p.at, `\`${p.name}\` stands for several tensors`);
    return bindVariadic(s, scope, p, slot, symbols, role);
  }
  if (isList(slot))
    return mismatch(
      s,
      p.at,
      `\`${p.name}\` stands for one tensor, the call has several: write \`*${p.name}\``,
    );
  const buffer = bindOne(s, scope, p, slot, p.name, symbols, role);
  scope.names.set(p.name, { value: bufferValue(buffer) });
  return [buffer];
}

/** Names of shapes become packs with an entry for each buffer; types agree over all. */
function bindVariadic(
  s: State,
  scope: Scope,
  p: TensorParam,
  infos: readonly TensorInfo[],
  symbols: Symbols,
  role: "operand" | "output",
): Buffer[] {
  const names = namesIn(p.shape).filter((name) => isFree(scope, name));
  const dtypes = namesIn(p.dtype);
  const found = new Map<string, Value[]>(names.map((name) => [name, []]));
  const buffers = infos.map((info, i) => {
    const inside = newScope("function", scope);
    const buffer = bindOne(s, inside, p, info, `${p.name}${i}`, symbols, role);
    for (const [name, list] of found) {
      const entry = inside.names.get(name);
      if (entry !== undefined) list.push(entry.value);
    }
    for (const name of dtypes) {
      const entry = inside.names.get(name);
      if (entry !== undefined) scope.names.set(name, entry);
    }
    return buffer;
  });
  for (const [name, list] of found) scope.names.set(name, { value: pack(list) });
  scope.names.set(p.name, { value: pack(buffers.map(bufferValue)) });
  return buffers;
}

function bindOne(
  s: State,
  scope: Scope,
  p: TensorParam,
  info: TensorInfo,
  name: string,
  symbols: Symbols,
  role: "operand" | "output",
): Buffer {
  const dims = dimsOf(info);
  let shape: readonly PrimExpr[];
  if (dims !== undefined) {
    const hints =
      p.shape === undefined
        ? dims.map((_, i) => `${p.name.toLowerCase()}${i}`)
        : hintsOf(scope, p.shape, dims.length);
    shape = dims.map((d, i) => s.analyzer.simplify(symbols.dim(d, hints[i]!)));
    if (p.shape !== undefined) matchShape(s, scope, p.shape, dimValues(shape), name);
  } else if (role === "operand" || p.shape === undefined)
    return mismatch(s, p.at, `the shape of \`${name}\` is not known`);
  else shape = suppliedShape(s, scope, p.shape, info, name);
  const dtype = info.dtype ?? suppliedDType(s, scope, p, name);
  if (p.dtype !== undefined) matchDType(s, scope, p.dtype, dtype, name);
  return makeBuffer({
    name,
    dtype,
    shape,
    span: { source: s.source, start: p.at.start, end: p.at.nameEnd },
  });
}

/** Where inference knows only the rank, the pattern gives the shape. */
function suppliedShape(
  s: State,
  scope: Scope,
  pattern: ast.Expr,
  info: TensorInfo,
  name: string,
): PrimExpr[] {
  if (namesIn(pattern).some((n) => isFree(scope, n)))
    return mismatch(
      s,
      pattern,
      `the shape of \`${name}\` is not known, and the pattern does not give it`,
    );
  const v = evaluate(s, scope, pattern);
  if (v.kind !== "pack") return mismatch(s, pattern, `${valueText(v)} is no shape`);
  if (info.ndim >= 0 && info.ndim !== v.items.length)
    return mismatch(s, pattern, `\`${name}\` has rank ${info.ndim}, the pattern ${v.items.length}`);
  return v.items.map((d) => extentOf(s, d, pattern));
}

function suppliedDType(s: State, scope: Scope, p: TensorParam, name: string): DType {
  const pattern = p.dtype;
  if (pattern === undefined || namesIn(pattern).some((n) => isFree(scope, n)))
    return mismatch(s, p.at, `the element type of \`${name}\` is not known`);
  return toDType(s, evaluate(s, scope, pattern), pattern);
}

/** The results of an elementwise template: by inference, or the broadcast of its operands. */
function elementwiseOutputs(
  s: State,
  template: Template,
  facts: CallFacts,
  operands: readonly BoundTensor[],
  symbols: Symbols,
): BoundTensor[] {
  const at = { start: template.def.nameStart, end: template.def.nameEnd };
  if (facts.outputs.length !== 1) return mismatch(s, at, "elementwise templates have one result");
  const [info] = facts.outputs;
  if (info === undefined || isList(info))
    return mismatch(s, at, "elementwise templates have one result");
  const dims = dimsOf(info);
  const { dtype } = info;
  if (dtype === undefined) return mismatch(s, at, "the element type of the result is not known");
  let shape: readonly PrimExpr[];
  if (dims !== undefined) shape = dims.map((d, i) => s.analyzer.simplify(symbols.dim(d, `y${i}`)));
  else {
    const shapes = operands.flatMap((o) => o.buffers.map((b) => pack(dimValues(b.shape))));
    const v = broadcast(s, shapes, at);
    shape = v.kind === "pack" ? v.items.map((d) => castTo(extentOf(s, d, at), int64)) : [];
  }
  return [
    { name: "Y", role: "output", index: 0, buffers: [makeBuffer({ name: "Y", dtype, shape })] },
  ];
}

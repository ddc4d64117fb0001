/** What can be said of the templates of a library without any call: §11 of the template language. */
import type * as ast from "../../../grammar/ast/nodes.js";
import { isScalarParam } from "../../op/normal-form.js";
import type { OpDef } from "../../op/op.js";
import { allOps, lookupOp, opRegistry } from "../../op/registry.js";
import { DiagnosticError, type Diagnostic } from "../../support/diagnostic.js";
import type { Source, Span } from "../../support/source.js";
import { didYouMean } from "../../support/suggest.js";
import { codes } from "../codes.js";
import { functionNames, libraryFunction } from "../library-functions/index.js";
import { PYTHON } from "../names.js";
import { signatureOf, type Signature } from "../parameters.js";
import { newState } from "../state.js";
import type { Library, Template } from "../template.js";
import type { TemplateLibrary } from "./library.js";

/** Everything that is wrong with a library, in the order of the text. */
export function checkLibrary(library: TemplateLibrary): readonly Diagnostic[] {
  const found: Diagnostic[] = [...library.diagnostics()];
  const inlines = library.definitions().filter(({ kind }) => kind === "inline");
  for (const entry of inlines)
    if (entry.kind === "inline")
      found.push(...checkBody(library, entry.def, entry.source, { dialect: "T" }));
  for (const template of library.templates()) {
    try {
      found.push(...checkTemplate(library, template));
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      found.push(error.diagnostic);
    }
  }
  return found.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
}

function checkTemplate(library: Library, template: Template): Diagnostic[] {
  const { def, source, name } = template;
  const signature = signatureOf(newState(name, source, undefined), template);
  const found: Diagnostic[] = [];
  for (const op of template.ops) found.push(...checkOperator(template, signature, op));
  found.push(...unusedNames(template, signature), ...checkBody(library, def, source, template));
  return found;
}

// ---- operators --------------------------------------------------------------------

/** The operator exists, takes so many operands, and has the attributes. */
function checkOperator(
  template: Template,
  { tensors, attributes }: Signature,
  fullName: string,
): Diagnostic[] {
  const { def, source } = template;
  const head: Span = { source, start: def.nameStart, end: def.nameEnd };
  const op = fullName.startsWith("relax.") ? lookupOp(fullName.slice(6)) : undefined;
  if (op === undefined) {
    if (!fullName.startsWith("relax.")) return [];
    const hint = opRegistry.suggest(fullName.slice(6));
    return [
      codes.unknownName({ at: head, name: fullName, hints: hint === undefined ? [] : [hint] }),
    ];
  }
  const found: Diagnostic[] = [];
  for (const p of attributes) {
    const param = op.params.find((x) => x.name === p.name);
    if (
      (param !== undefined && (param.role === "attr" || isScalarParam(param))) ||
      p.default !== undefined
    )
      continue;
    const names = op.params.filter((x) => x.role === "attr" || isScalarParam(x)).map((x) => x.name);
    const near = didYouMean(p.name, names);
    const hints = near === undefined ? [] : [near];
    found.push(
      codes.unknownAttribute({
        at: { source, start: p.start, end: p.end },
        op: fullName,
        name: p.name,
        hints,
      }),
    );
  }
  const operands = op.params.filter((p) => p.role === "arg" && !isScalarParam(p)).length;
  const isGraph = template.dialect === "R" || template.form === "elementwise";
  if (isGraph ? tensors.length !== operands : tensors.length <= operands) {
    const what = `\`${template.name}\` has ${tensors.length} tensor parameters, but \`${fullName}\` takes ${operands} tensors${isGraph ? "" : " and gives at least one"}`;
    found.push(codes.operandCount({ at: head, what }));
  }
  return found;
}

// ---- names ------------------------------------------------------------------------

const ROOTS: ReadonlySet<string> = new Set(["S", "T", "R", "I"]);
/** Members of `S` that are no functions of the registry. */
const STRUCTURE: ReadonlySet<string> = new Set([
  "wide",
  "dim",
  "tensor",
  "inline",
  "lower",
  "elementwise",
  "kernel",
  "schedule",
  "proc",
  "intrinsic",
]);

/** What a body may use beside what all do. */
export interface BodyContext {
  /** Calls of `R` have a meaning. */
  readonly dialect: "T" | "R";
  /** Names that are bound from outside. */
  readonly names?: Iterable<string>;
  /** Names from outside are not known: none is reported. */
  readonly isOpen?: boolean;
  /** Further members of `S`. */
  readonly members?: readonly string[];
}

/** Names without a meaning, and calls with the wrong number of arguments. */
export function checkBody(
  library: Library,
  def: ast.FunctionDef,
  source: Source,
  { dialect, names = [], isOpen = false, members = [] }: BodyContext,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const at = (node: ast.AstBase): Span => ({ source, start: node.start, end: node.end });
  const own = new Set([...boundNames(def), ...names]);
  const hintsFor = (name: string, known: Iterable<string>): { hints: string[] } => {
    const near = didYouMean(name, known);
    return { hints: near === undefined ? [] : [near] };
  };
  const fits = (call: ast.Call, min: number, max: number, callee: string): void => {
    if (call.args.some((a) => a.value.kind === "Starred" || a.name !== undefined || a.doubleStar))
      return;
    const n = call.args.length;
    if (n < min || n > max)
      found.push(
        codes.invalidArgument({
          at: at(call),
          what: `${callee} takes ${min === max ? min : max === Infinity ? `at least ${min}` : `${min} to ${max}`} arguments, but ${n} are given`,
        }),
      );
  };
  walk(def, (node) => {
    if (node.kind === "Name") {
      if (
        isOpen ||
        own.has(node.id) ||
        PYTHON.has(node.id) ||
        ROOTS.has(node.id) ||
        node.id === "_"
      )
        return;
      if (library.lookup(node.id) !== undefined) return;
      found.push(
        codes.unknownName({
          at: at(node),
          name: node.id,
          ...hintsFor(node.id, [...own, ...library.names()]),
        }),
      );
      return;
    }
    if (node.kind !== "Call") return;
    const { func } = node;
    if (func.kind === "Name" && !own.has(func.id)) {
      const entry = library.lookup(func.id);
      if (entry?.kind !== "inline" || entry.def.params.some((p) => p.star !== undefined)) return;
      const needed = entry.def.params.filter((p) => p.default === undefined).length;
      return fits(node, needed, entry.def.params.length, `\`${func.id}\``);
    }
    const path = memberPath(func);
    if (path?.root === "S") {
      const known = libraryFunction(path.name);
      if (known !== undefined) fits(node, known.min, known.max, `S.${path.name}(${known.params})`);
      else if (!STRUCTURE.has(path.name) && !members.includes(path.name))
        found.push(
          codes.unknownName({
            at: at(func),
            name: `S.${path.name}`,
            ...hintsFor(path.name, [...functionNames(), ...STRUCTURE, ...members]),
          }),
        );
    } else if (path?.root === "R" && dialect === "R") checkGraphCall(node, path.name);
  });
  return found;

  function checkGraphCall(call: ast.Call, name: string): void {
    const op = lookupOp(name);
    if (op === undefined) {
      if (FORMS.has(name)) return;
      found.push(
        codes.unknownName({
          at: at(call.func),
          name: `R.${name}`,
          ...hintsFor(name, [...FORMS, ...allOps().map((o) => o.name)]),
        }),
      );
      return;
    }
    for (const a of call.args) {
      if (a.name === undefined || paramOf(op, a.name)) continue;
      const names = op.params.map((p) => p.name);
      found.push(
        codes.unknownAttribute({
          at: at(a),
          op: `relax.${op.name}`,
          name: a.name,
          ...hintsFor(a.name, names),
        }),
      );
    }
  }
}

/** Forms of graph lowerings that are no operators. */
const FORMS: ReadonlySet<string> = new Set([
  "Tensor", "const", "tuple", "shape", "prim_value", "str", "dtype", "match_cast", "function",
]); // prettier-ignore

const paramOf = (op: OpDef, name: string): boolean =>
  op.params.some((p) => p.name === name || p.aliases?.includes(name) === true);

/** `S.pick`, `R.nn.softmax`: the root and the dotted rest. */
export function memberPath(
  e: ast.Expr,
): { readonly root: string; readonly name: string } | undefined {
  if (e.kind !== "Attribute") return undefined;
  if (e.value.kind === "Name") return { root: e.value.id, name: e.name };
  const below = memberPath(e.value);
  return below && { root: below.root, name: `${below.name}.${e.name}` };
}

/** All names that a definition gives a meaning, those of its inlines and lambdas included. */
function boundNames(def: ast.FunctionDef): Set<string> {
  const names = new Set<string>();
  const target = (e: ast.Expr | undefined): void => {
    if (e === undefined) return;
    if (e.kind === "Name") names.add(e.id);
    else if (e.kind === "Starred") target(e.value);
    else if (e.kind === "Tuple" || e.kind === "List") e.items.forEach(target);
  };
  walk(def, (node) => {
    switch (node.kind) {
      case "Parameter":
        names.add(node.name);
        // Shapes and types of the signature are patterns.
        if (node.annotation !== undefined)
          walk(node.annotation, (part) => {
            if (part.kind === "Name") names.add(part.id);
          });
        return;
      case "Assign":
        return node.targets.forEach(target);
      case "AnnAssign":
      case "For":
        return target(node.target);
      case "With":
        return node.items.forEach((item) => target(item.target));
      case "FunctionDef":
        names.add(node.name);
        return;
      case "UnsupportedExpr":
        return node.generator?.targets.forEach(target);
      default:
        return;
    }
  });
  return names;
}

/** Names of patterns that nothing compares or uses, and that look like another name. */
function unusedNames({ def, source }: Template, { tensors }: Signature): Diagnostic[] {
  const patterns = new Set<string>();
  for (const { shape, dtype } of tensors)
    for (const pattern of [shape, dtype])
      if (pattern !== undefined)
        walk(pattern, (node) => {
          if (node.kind === "Name" && !ROOTS.has(node.id)) patterns.add(node.id);
        });
  const uses = new Map<string, ast.Name[]>();
  walk(def, (node) => {
    if (node.kind === "Name") uses.set(node.id, [...(uses.get(node.id) ?? []), node]);
  });
  return [...patterns].flatMap((name) => {
    const [at, second] = uses.get(name) ?? [];
    // Short names are often there to be read only.
    if (at === undefined || second !== undefined || name.length < 4) return [];
    const near = didYouMean(
      name,
      [...uses.keys()].filter((other) => other !== name),
    );
    if (near === undefined) return [];
    return [
      codes.unusedPatternName({
        at: { source, start: at.start, end: at.end },
        name,
        hints: [near],
      }),
    ];
  });
}

type AnyNode = ast.Expr | ast.Stmt | ast.Parameter | ast.Argument;

/** Visits a node and all below it, decorators included. */
export function walk(node: AnyNode, visit: (node: AnyNode) => void): void {
  visit(node);
  for (const [key, value] of Object.entries(node)) if (key !== "trivia") walkValue(value, visit);
}

function walkValue(value: unknown, visit: (node: AnyNode) => void): void {
  if (Array.isArray(value)) for (const item of value) walkValue(item, visit);
  else if (typeof value === "object" && value !== null) {
    if ("kind" in value && typeof value.kind === "string") walk(value as AnyNode, visit);
    else for (const item of Object.values(value)) walkValue(item, visit);
  }
}

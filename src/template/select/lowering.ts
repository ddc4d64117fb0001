/** Lowering of operators by templates: which template is taken (§9 of the template language), and shared instances. */
import { substitute } from "../../ir/core/rewrite.js";
import { constant, shapeExpr, type Call } from "../../ir/relax/expr.js";
import type { AttrValue } from "../../ir/core/node.js";
import { dimsOf, tensorInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import type { PrimFunc } from "../../ir/tir/function.js";
import { LOWER_BY, type AlikeCalls, type Lowered, type LoweringSite, type OpLowering } from "../../op/lowering.js"; // prettier-ignore
import { lookupOp } from "../../op/registry.js";
import type { Diagnostic } from "../../support/diagnostic.js";
import { isFloat } from "../../support/dtype.js";
import { exactness, featuresLacked } from "../../support/target-description.js";
import { positionAt, writtenSpan } from "../../support/source.js";
import { fits, tensorOf } from "../../syntax/elaborate/relax/tensor-data.js";
import { codes } from "../codes.js";
import { expandGraph } from "../graph/expand.js";
import { bindSignature } from "../signature.js";
import { instantiate, type InstanceOutput } from "../instantiate.js";
import type { TemplateLibrary } from "../library/library.js";
import type { CallFacts, Refusal, Template, TensorSlot } from "../template.js";
import { callKey } from "./call-key.js";
import { OpenInstances } from "./open-instances.js";
import { typesOf, viewOf, type CallView } from "./facts.js";

/** A loop nest for operands of known types. */
export interface KernelInstance {
  readonly func: PrimFunc;
  readonly scalars: readonly PrimExpr[];
  readonly outputs: readonly TensorInfo[];
}

/** What graph lowerings ask of the lowering they are part of. */
export interface Instances extends OpLowering {
  /** The instance of a template for these facts; shared among calls with equal keys. */
  instance(template: Template, facts: CallFacts): KernelInstance | Refusal;
}

/** A candidate and why it was not taken; the one that was taken has no reason. */
export interface Candidate {
  readonly template: Template;
  readonly reason?: Diagnostic | undefined;
}

/** A lowering that can also tell how it decided. */
export interface TemplateLowering extends Instances {
  /** Candidates of a call in order of preference, up to the one that is taken. */
  explain(call: Call, site: LoweringSite): readonly Candidate[];
}

/** An instance, and the symbols of the call for which it was made. */
interface Shared {
  readonly instance: KernelInstance;
  readonly symbols: readonly Var[];
}

const MAX_EXPANSION = 16;

/**
 * A lowering over libraries, the preferred ones first. Within a library: higher priority, then those for the very
 * target, then later in the text.
 */
export function makeLowering(libraries: readonly TemplateLibrary[]): TemplateLowering {
  const standard = libraries.at(-1);
  const ranked = new Map<string, readonly Template[]>();
  const instances = new Map<Template, Map<string, Shared>>();
  const open = new OpenInstances();

  const lowering: TemplateLowering = {
    has: (op) => libraries.some((library) => library.lowers(`relax.${op}`)),
    lower,
    instance,
    scalar(value, dtype, { analyzer }) {
      const isNumber = value.kind === "tir.IntImm" || value.kind === "tir.FloatImm";
      const hasRoom =
        isNumber && (isFloat(dtype) || (value.kind === "tir.IntImm" && fits(value.value, dtype)));
      if (hasRoom) return constant(tensorOf(dtype, [], [value.value]));
      const facts: CallFacts = {
        operands: [],
        outputs: [tensorInfo({ shape: shapeExpr([]), dtype })],
        attrs: new Map([["value", value]]),
        scalars: new Map(),
        analyzer,
      };
      const entry = libraries.at(-1)?.lookup("scalar");
      const made = entry?.kind === "template" ? instance(entry.template, facts) : undefined;
      if (made === undefined || "reason" in made)
        throw new Error(`the standard library has no kernel for scalars: ${made?.reason.message}`);
      return { kind: "tir", ...made, inputs: [], isTuple: false };
    },
    explain(call, site) {
      const op = call.op.kind === "relax.Op" ? lookupOp(call.op.name) : undefined;
      const view = op === undefined ? undefined : viewOf(op, call, site);
      if (op === undefined || view === undefined || !("facts" in view)) return [];
      const found: Candidate[] = [];
      const wanted = call.attrs.get(LOWER_BY);
      for (const template of candidates(`relax.${op.name}`, site)) {
        if (!isNamed(template, wanted)) continue;
        const made = lackOf(template, site) ?? lowerBy(template, view, site);
        const reason = "reason" in made ? made.reason : undefined;
        found.push({ template, reason });
        if (reason === undefined) break;
      }
      return found;
    },
  };
  return lowering;

  function lower(call: Call, site: LoweringSite): Lowered {
    const op = call.op.kind === "relax.Op" ? lookupOp(call.op.name) : undefined;
    const wanted = call.attrs.get(LOWER_BY);
    if (op === undefined || op.structural === true || wanted === "none")
      return { kind: "structural" };
    const types = (): string => typesOf(call.args.map((a) => site.infer.infoOf(a)));
    const none = (diagnostic: Diagnostic): Lowered => ({
      kind: "none",
      types: types(),
      diagnostic,
    });
    const view = viewOf(op, call, site);
    if (!("facts" in view)) return none(view);
    const notes: string[] = [];
    for (const template of candidates(`relax.${op.name}`, site)) {
      if (!isNamed(template, wanted)) continue;
      const made = lackOf(template, site) ?? lowerBy(template, view, site);
      if (!("reason" in made)) return made;
      // A note says why a template does not apply; an error is a mistake that no other template should hide.
      if (made.reason.severity === "error") return none(made.reason);
      notes.push(`${placeText(template)}: ${made.reason.message}`);
    }
    if (site.target !== undefined && notes.length === 0)
      notes.push(`the target is \`${site.target.kind}\``);
    if (wanted !== undefined && notes.length === 0)
      notes.push(`no template for it is called \`${String(wanted)}\``);
    return none(codes.noLowering({ at: call.span, op: `relax.${op.name}`, types: types(), notes }));
  }

  function lowerBy(template: Template, view: CallView, site: LoweringSite): Lowered | Refusal {
    if (template.dialect === "R") {
      const { text } = callKey(view.facts);
      const origin = `${template.name} ${text}`;
      const expanding = site.expanding ?? [];
      if (expanding.includes(origin) || expanding.length >= MAX_EXPANSION) {
        const names = [...expanding, origin].map((o) => `\`${o.slice(0, o.indexOf(" "))}\``);
        const stack = names.slice(-5).join(" → ");
        return {
          reason: codes.expansionCycle({
            at: view.facts.span,
            op: template.ops[0] ?? template.name,
            stack,
          }),
        };
      }
      const expanded = expandGraph(template, view, site, lowering);
      return "reason" in expanded ? expanded : { kind: "graph", ...expanded, origin };
    }
    const made = instance(template, view.general?.facts ?? view.facts, site.alike);
    if ("reason" in made) return made;
    const { inputs, isTuple } = view;
    const own = view.general === undefined ? made : inTermsOf(view.general.callers, made, site);
    return { kind: "tir", ...own, inputs, isTuple };
  }

  function instance(
    template: Template,
    facts: CallFacts,
    alike?: AlikeCalls,
  ): KernelInstance | Refusal {
    let known = instances.get(template);
    if (known === undefined) instances.set(template, (known = new Map<string, Shared>()));
    const { text, symbols } = callKey(facts);
    const found = known.get(text);
    if (found !== undefined) return renamed(found, symbols);
    const binding = bindSignature(template, facts);
    if ("reason" in binding) return binding;
    const made = instantiate(binding, facts, alike && open.bodyFor(binding, facts, alike));
    if ("reason" in made) return made;
    const own = {
      func: made.func,
      scalars: made.scalars,
      outputs: made.outputs.map(infoOf(facts.outputs)),
    };
    known.set(text, { instance: own, symbols });
    return own;
  }

  /** Templates for an operator in order of preference; some may ask for features that the target lacks. */
  function candidates(
    op: string,
    { target, isScheduled = false }: LoweringSite,
  ): readonly Template[] {
    const site = target && [target.kind, target.vectorBits].join(" ");
    const key = `${op} ${site ?? ""} ${isScheduled}`;
    let found = ranked.get(key);
    if (found === undefined) {
      const rank = (t: Template): number => exactness(t.target, target);
      found = libraries.flatMap((library) => {
        const given = isScheduled && library === standard ? undefined : target;
        return library
          .templatesOf(op, (named) => featuresLacked(named, given) !== undefined)
          .slice()
          .reverse()
          .sort((a, b) => b.priority - a.priority || rank(b) - rank(a));
      });
      ranked.set(key, found);
    }
    return found;
  }
}

/** Why a template is not for a target of its kind. */
function lackOf({ target, def, source }: Template, site: LoweringSite): Refusal | undefined {
  const lacked = featuresLacked(target, site.target) ?? [];
  if (lacked.length === 0) return undefined;
  const what = `the target has no ${lacked.map((name) => `\`${name}\``).join(", ")}`;
  return { reason: codes.patternMismatch({ at: { source, start: def.nameStart, end: def.nameEnd }, what }) }; // prettier-ignore
}

/** Whether a template is one of those that {@link LOWER_BY} asks for. */
function isNamed({ name }: Template, wanted: AttrValue | undefined): boolean {
  if (typeof wanted !== "string") return true;
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

/** Type of an output: as inferred, with the shape that the template supplies where inference has none. */
const infoOf =
  (slots: readonly TensorSlot[]) =>
  ({ index, shape, dtype }: InstanceOutput): TensorInfo => {
    const slot = slots[index];
    const inferred = slot !== undefined && "kind" in slot ? slot : undefined;
    if (inferred?.dtype === dtype && dimsOf(inferred) !== undefined) return inferred;
    return tensorInfo({ shape: shapeExpr(shape), dtype, vdevice: inferred?.vdevice });
  };

/** A shared instance in terms of another call's symbols. */
function renamed({ instance, symbols: before }: Shared, symbols: readonly Var[]): KernelInstance {
  const images = new Map<Var, PrimExpr>();
  before.forEach((v, i) => {
    if (v !== symbols[i]) images.set(v, symbols[i]!);
  });
  if (images.size === 0) return instance;
  const { func, scalars, outputs } = instance;
  return {
    func,
    scalars: scalars.map((e) => substitute(e, images)),
    outputs: outputs.map((t) => substitute(t, images)),
  };
}

/** An instance made in general terms, for the caller. */
function inTermsOf(
  callers: ReadonlyMap<Var, PrimExpr>,
  { func, scalars, outputs }: KernelInstance,
  { infer }: LoweringSite,
): KernelInstance {
  const own = (e: PrimExpr): PrimExpr => infer.simplify(substitute(e, callers));
  return {
    func,
    scalars: scalars.map(own),
    outputs: outputs.map((t) => tensorInfo({ ...t, shape: shapeExpr(dimsOf(t)!.map(own)) })),
  };
}

/** `conv` (stdlib/nn.relax:70) */
export function placeText({ name, def, source }: Template): string {
  const at = writtenSpan({ source, start: def.nameStart, end: def.nameEnd });
  return `\`${name}\` (${at.source.name}:${positionAt(at.source, at.start).line})`;
}

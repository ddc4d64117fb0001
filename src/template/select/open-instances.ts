/** Expansions that calls share which differ in numbers only. */
import { commonNumbers, type Numbers } from "../../arith/index.js";
import { dimsOf, tensorInfo, type TensorInfo } from "../../ir/relax/struct-info.js";
import { shapeExpr } from "../../ir/relax/expr.js";
import { range, type Range } from "../../ir/tir/buffer.js";
import { intImm, makeVar, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import type { Stmt } from "../../ir/tir/stmt.js";
import { followsFrom, lengthOf, type AlikeCalls, type CallLengths } from "../../op/lowering.js";
import { int64 } from "../../support/dtype.js";
import { isInt, maxInt, minInt, subInt, type Int } from "../../support/int.js";
import type { Binding } from "../binding.js";
import { bodyFor, expandOpen, type OpenInstance } from "../open-instance.js";
import type { CallFacts, Template, TensorSlot } from "../template.js";
import { callKey } from "./call-key.js";

/** The lengths of calls that are alike, in terms of few symbols. */
interface OpenLengths {
  readonly numbers: Numbers;
  readonly symbols: readonly Var[];
  /** Positions of calls among those that are alike. */
  readonly positions: ReadonlyMap<string, number>;
}

/** What a template expands to for calls that are alike, and the key that their facts have. */
interface Known {
  readonly instance: OpenInstance;
  readonly key: string;
}

/** Expansions by template and calls that are alike; undefined where one depends on the numbers. */
export class OpenInstances {
  private readonly opened = new Map<AlikeCalls, OpenLengths>();
  private readonly known = new Map<Template, Map<AlikeCalls, Known | undefined>>();

  /** The statements for a binding of the template to a call; undefined where they have to be made for it alone. */
  bodyFor(binding: Binding, facts: CallFacts, alike: AlikeCalls): Stmt | undefined {
    const { template } = binding;
    const lengths = this.lengthsOf(alike);
    const { numbers, symbols } = lengths;
    const position = lengths.positions.get(lengthsIn(facts).join());
    if (position === undefined) return undefined;
    const open = withOpen(facts, lengths);
    const { text: key } = callKey(open);
    const ofTemplate = this.known.get(template) ?? new Map<AlikeCalls, Known | undefined>();
    this.known.set(template, ofTemplate);
    if (!ofTemplate.has(alike)) {
      const unread = new Set([...facts.attrs.keys()].filter((name) => !open.attrs.has(name)));
      const instance = expandOpen(template, open, { symbols: rangesOf(lengths), unread });
      ofTemplate.set(alike, instance && { instance, key });
    }
    const known = ofTemplate.get(alike);
    if (known?.key !== key) return undefined;
    const own = symbols.map((v, i) => [v, intImm(numbers.params[i]![position]!, int64)] as const);
    return bodyFor(known.instance, binding, new Map<Var, PrimExpr>(own));
  }

  private lengthsOf(alike: AlikeCalls): OpenLengths {
    let found = this.opened.get(alike);
    if (found === undefined) {
      const isNumber = (n: Int | undefined): n is Int => n !== undefined;
      const numbers = commonNumbers(alike.calls.map((c) => c.filter(isNumber)), { divided: true }); // prettier-ignore
      const symbols = numbers.params.map((_, i) =>
        makeVar(`c${i}`, int64, undefined, { isSize: true }),
      );
      const positions = new Map(alike.calls.map((c, i) => [c.join(), i]));
      this.opened.set(alike, (found = { numbers, symbols, positions }));
    }
    return found;
  }
}

/** Where the values of the symbols lie. */
function rangesOf({ numbers, symbols }: OpenLengths): ReadonlyMap<Var, Range> {
  const at = (n: Int): PrimExpr => intImm(n, int64);
  return new Map(
    symbols.map((v, i) => {
      const values = numbers.params[i]!;
      const least = values.reduce(minInt);
      return [v, range(at(least), at(subInt(values.reduce(maxInt), subInt(least, 1))))];
    }),
  );
}

const isList = (slot: TensorSlot): slot is readonly TensorInfo[] => Array.isArray(slot);
const tensorsOf = (slot: TensorSlot): readonly TensorInfo[] =>
  slot === undefined ? [] : isList(slot) ? slot : [slot];

/** The lengths of operands and outputs. */
const lengthsIn = ({ operands, outputs }: CallFacts): CallLengths =>
  [...operands, ...outputs].flatMap((slot) =>
    tensorsOf(slot).flatMap((t) => (dimsOf(t) ?? []).map(lengthOf)),
  );

/** The facts in terms of the symbols, without attributes that follow from what these stand for. */
function withOpen(facts: CallFacts, { numbers, symbols }: OpenLengths): CallFacts {
  let position = 0;
  const tensor = (t: TensorInfo): TensorInfo => {
    const dims = dimsOf(t);
    if (dims === undefined) return t;
    const shape = dims.map((d) =>
      lengthOf(d) === undefined ? d : numbers.at(position++, symbols),
    );
    return tensorInfo({ ...t, shape: shapeExpr(shape) });
  };
  const slot = (s: TensorSlot): TensorSlot =>
    s === undefined ? s : isList(s) ? s.map(tensor) : tensor(s);
  const lengths = lengthsIn(facts);
  const attrs = [...facts.attrs].filter(([, v]) => !(isInt(v) && followsFrom(v, lengths)));
  return {
    ...facts,
    operands: facts.operands.map(slot),
    outputs: facts.outputs.map(slot),
    attrs: new Map(attrs),
  };
}

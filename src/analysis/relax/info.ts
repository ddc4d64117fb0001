/** Names and devices in struct info. */
import { structuralEqual } from "../../ir/core/equal.js";
import type { StructInfo, TensorInfo, VDevice } from "../../ir/relax/struct-info.js";
import { compare, intImm, type Var } from "../../ir/tir/expr.js";
import { dimText } from "../../op/describe.js";
import { eachDim } from "../../op/deduce/index.js";
import { isBool, isInteger } from "../../support/dtype.js";
import type { Span } from "../../support/source.js";
import { wfr } from "./codes.js";
import { ownSymbol, useDim, useVar } from "./names.js";
import type { FunctionState } from "./state.js";

/** Symbols that stand alone as a dimension; function types have symbols of their own. */
export function plainSymbols(info: StructInfo): readonly Var[] {
  const found: Var[] = [];
  eachDim(info, {
    dim: (e) => {
      if (e.kind === "tir.Var") found.push(e);
    },
  });
  return found;
}

export function defineSymbols(state: FunctionState, info: StructInfo, at: Span | undefined): void {
  for (const v of plainSymbols(info)) {
    ownSymbol(state, v, at);
    if (state.symbols.has(v)) continue;
    state.symbols.add(v);
    // A length is not negative; the parameters' are known from the start.
    if (info.kind !== "relax.PrimInfo") state.analyzer.assume(compare("ge", v, intImm(0, v.dtype)));
  }
}

/** Dimensions are integers over defined symbols; shape variables are visible; devices are listed. */
export function useInfo(state: FunctionState, info: StructInfo, at: Span | undefined): void {
  const span = info.span ?? at;
  eachDim(info, {
    dim(e) {
      if (info.kind !== "relax.PrimInfo" && !isInteger(e.dtype) && !isBool(e.dtype)) {
        state.sink.report(
          wfr.shapeDType({
            func: state.name,
            dim: dimText(e),
            found: e.dtype.name,
            at: e.span ?? span,
          }),
        );
      }
      useDim(state, e, span);
    },
    shapeVar(v) {
      if (v.dataflow) {
        const problem = "is used as the shape of a type";
        state.sink.report(
          wfr.dataflowVariable({ func: state.name, name: v.name, problem, at: span }),
        );
      } else useVar(state, v, span);
    },
  });
  eachTensor(info, (t) => {
    if (t.vdevice) checkDevice(state, t.vdevice, t.span ?? span);
  });
}

function eachTensor(info: StructInfo, visit: (t: TensorInfo) => void, depth = 0): void {
  if (depth > 200) return;
  if (info.kind === "relax.TensorInfo") visit(info);
  else if (info.kind === "relax.DTensorInfo") visit(info.tensor);
  else if (info.kind === "relax.TupleInfo")
    info.fields.forEach((f) => eachTensor(f, visit, depth + 1));
}

const kindOf = (d: VDevice): string => {
  const kind =
    typeof d.target === "string" ? d.target.split(" ", 1)[0] : d.target.config.get("kind");
  return typeof kind === "string" ? kind : "";
};

/** A device must be one of the module's list. */
function checkDevice(state: FunctionState, device: VDevice, at: Span | undefined): void {
  const listed = (state.module.globalInfos.get("vdevice") ?? []).filter(
    (i): i is VDevice => i.kind === "ir.VDevice",
  );
  if (listed.some((d) => d === device || structuralEqual(d, device, { mapFreeVars: false })))
    return;
  const text = `${kindOf(device)}:${device.index}:${device.scope}`;
  const hints =
    listed.length === 0
      ? []
      : [`listed are: ${listed.map((d) => `${kindOf(d)}:${d.index}:${d.scope}`).join(", ")}`];
  state.sink.report(
    wfr.unknownDevice({
      func: state.name,
      device: text,
      at: device.span ?? at ?? state.func.span,
      hints,
    }),
  );
}

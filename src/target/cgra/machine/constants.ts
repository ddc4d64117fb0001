/** Which operands of a node stand in the word, and which need constant registers of the element. */
import type { DfgNode, FixedOperand } from "../dfg/dfg.js";
import type { Fabric } from "../fabric/fabric.js";
import { opcodes } from "../opcodes.js";
import type { Setting } from "./program.js";

/** Whether the immediate of the word is taken by what the operation itself needs, be it 0. */
export function usesImmediate({ opcode }: DfgNode): boolean {
  const cls = opcodes.get(opcode)?.class;
  const own = ["CONST", "UNPK", "LUT8"];
  return cls === "mem" || cls === "strm" || cls === "ctl" || own.includes(opcode);
}

/**
 * The numbers among the fixed operands of a node, each with where it stands. Zero needs no room; one literal that fits
 * is the immediate, unless the operation uses that; all others are constants.
 */
export function numbersOf(
  node: DfgNode,
  fabric: Fabric,
): readonly { readonly setting: Setting; readonly place: "zero" | "immediate" | "constant" }[] {
  const numbers = [...(node.fixed ?? []), node.initial?.value].filter(
    (o: FixedOperand | undefined): o is Setting => o?.kind === "literal" || o?.kind === "livein",
  );
  const limit = 2 ** (fabric.immediateBits - 1);
  let immediate: number | undefined;
  return numbers.map((setting) => {
    if (setting.kind === "livein") return { setting, place: "constant" };
    const { value } = setting;
    if (value === 0) return { setting, place: "zero" };
    const fits = value >= -limit && value < limit;
    if (!fits || usesImmediate(node) || (immediate ?? value) !== value)
      return { setting, place: "constant" };
    immediate = value;
    return { setting, place: "immediate" };
  });
}

/** Keys of the constants a node needs on its element; equal ones share a register. */
export const constantKeys = (node: DfgNode, fabric: Fabric): readonly string[] => [
  ...new Set(
    numbersOf(node, fabric)
      .filter(({ place }) => place === "constant")
      .map(({ setting: s }) => (s.kind === "livein" ? `livein ${s.index}` : `${s.value}`)),
  ),
];

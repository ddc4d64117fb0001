/** Integer powers, as helper functions of the module. */
import { functionText } from "../text/function.js";
import type { ModuleText } from "../text/module.js";

/** The helper `x^n` in wrapping arithmetic, by squaring; 0 for a negative exponent. */
export function powerHelper(module: ModuleText, bits: number, unsigned: boolean): string {
  const name = `power.${unsigned ? "u" : "i"}${bits}`;
  const type = `i${bits}`;
  module.helper(name, () => {
    const f = functionText(module);
    if (!unsigned) f.when(f.value(`icmp slt ${type} %n, 0`), () => f.ret(`ret ${type} 0`));
    const [again, more, done] = [f.label("again"), f.label("more"), f.label("done")];
    const from = f.label("start");
    f.start(from);
    f.br(again);
    f.start(again);
    const phis = [f.later(), f.later(), f.later()];
    f.condBr(f.value(`icmp eq ${type} %rest, 0`), done, more);
    f.start(more);
    const isOdd = f.value(`trunc ${type} %rest to i1`);
    const factor = f.value(`select i1 ${isOdd}, ${type} %base, ${type} 1`);
    const next = [
      f.value(`mul ${type} %value, ${factor}`),
      f.value(`mul ${type} %base, %base`),
      f.value(bits === 1 ? `xor ${type} %rest, %rest` : `lshr ${type} %rest, 1`),
    ];
    f.br(again);
    ["%value", "%base", "%rest"].forEach((phi, i) => {
      const start = ["1", "%x", "%n"][i]!;
      phis[i]!(`${phi} = phi ${type} [ ${start}, %${from} ], [ ${next[i]!}, %${more} ]`);
    });
    f.start(done);
    f.ret(`ret ${type} %value`);
    return f.render(`define internal ${type} @${name}(${type} %x, ${type} %n) nounwind`);
  });
  return name;
}

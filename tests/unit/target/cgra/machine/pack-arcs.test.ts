import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { packArcs, type Arc } from "../../../../../src/target/cgra/machine/pack-arcs.js";

const test = suite("rotating registers");

/** Whether two values are ever in one register, by following all iterations for a while. */
function meets(arcs: readonly Arc[], chosen: readonly number[], regs: number, ii: number): boolean {
  const owner = new Map<string, string>();
  for (let iteration = 0; iteration < 3 * regs + 3; iteration++)
    for (const [value, { start, length }] of arcs.entries())
      for (let t = 0; t < length; t++) {
        const register = (((chosen[value]! - iteration) % regs) + regs) % regs;
        const key = `${register} ${start + iteration * ii + t}`;
        if (owner.has(key)) return true;
        owner.set(key, `${value} ${iteration}`);
      }
  return false;
}

const cases = fc.record({
  regs: fc.integer({ min: 1, max: 5 }),
  ii: fc.integer({ min: 1, max: 4 }),
  arcs: fc.array(
    fc.record({ start: fc.integer({ min: 0, max: 9 }), length: fc.integer({ min: 1, max: 9 }) }),
    { minLength: 1, maxLength: 4 },
  ),
});

test("values never meet in a register, and where none fits, none exists", () => {
  let fitting = 0;
  fc.assert(
    fc.property(cases, ({ regs, ii, arcs }) => {
      const chosen = packArcs(arcs, regs, ii);
      if (chosen !== undefined) {
        fitting++;
        assert.not(meets(arcs, chosen, regs, ii));
        return;
      }
      const total = regs ** arcs.length;
      for (let code = 0; code < total; code++) {
        const all = arcs.map((_, i) => Math.floor(code / regs ** i) % regs);
        assert.ok(meets(arcs, all, regs, ii), `${all.join()} fits`);
      }
    }),
    { numRuns: 300, seed: 21 },
  );
  assert.ok(fitting > 60, `${fitting} fit`);
});

test("a value of the whole circle takes all registers", () => {
  assert.equal(packArcs([{ start: 3, length: 8 }], 4, 2), [0]);
  assert.is(packArcs([{ start: 3, length: 9 }], 4, 2), undefined);
  assert.is(packArcs([{ start: 3, length: 8 }, { start: 0, length: 1 }], 4, 2), undefined); // prettier-ignore
});

test.run();

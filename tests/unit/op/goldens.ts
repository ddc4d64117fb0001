/** Families of golden cases as tests; several files share them, so that processes can. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { familyNames, familyOf } from "../../../src/testing/op-cases/files.js";
import { failingCases } from "../../../src/testing/op-cases/run-cases.js";

/** Families in the order of files, dealt to `count` groups. */
const dealt = (group: number, count: number): string[] =>
  familyNames().filter((_, i) => i % count === group);

/** Runs every `count`-th family. */
export function testFamilies(group: number, count: number): void {
  const goldens = suite(`operators: golden cases ${group + 1} of ${count}`);
  for (const name of dealt(group, count)) {
    goldens(`${name} gives what the reference gives, interpreted and compiled`, () => {
      const failures = failingCases(familyOf(name).cases);
      assert.equal(
        failures.map(({ case: c, reason }) => `${c.op} (${c.name}) [${c.tags.join()}]: ${reason}`),
        [],
      );
    });
  }
  goldens.run();
}

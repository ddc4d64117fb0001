import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inputOf, inputsOf } from "../../../src/cli/inputs.js";
import { DiagnosticError } from "../../../src/support/diagnostic.js";
import { HostError } from "../../../src/support/host.js";
import { memoryHost } from "../../../src/testing/memory-host.js";

const inputs = suite("cli: inputs");
const host = memoryHost({
  files: {
    "m/b.relax": "b",
    "m/a.relax": "a",
    "m/n/c.relax": "c",
    "m/notes.md": "",
    "d/x.txt": "",
  },
  stdin: "\ufefffrom stdin",
});

inputs("folders stand for the programs below them, and each file comes once", async () => {
  const found = await inputsOf(host, ["m/b.relax", "m"]);
  assert.equal(
    found.map((i) => i.path),
    ["m/b.relax", "m/a.relax", "m/n/c.relax"],
  );
  assert.is((await found[0]!.read()).text, "b");
});

inputs("where one program is wanted, a folder has to have one only", async () => {
  assert.is((await inputOf(host, ["m/n"])).path, "m/n/c.relax");
  try {
    await inputOf(host, ["m"]);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DiagnosticError);
    assert.match((error as Error).message, "`m` is a folder with 3 programs");
  }
});

inputs("a dash is standard input under the name given, without its byte order mark", async () => {
  const [input] = await inputsOf(host, ["-"], { stdinPath: "pasted.relax" });
  assert.equal(await input!.read(), { name: "pasted.relax", text: "from stdin" });
});

inputs("a folder without programs and a file that is not there are errors", async () => {
  try {
    await inputsOf(host, ["d"]);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, DiagnosticError);
    assert.match((error as Error).message, "no `.relax` file in `d`");
  }
  const [missing] = await inputsOf(host, ["m/none.relax"]);
  try {
    await missing!.read();
    assert.unreachable();
  } catch (error) {
    assert.instance(error, HostError);
  }
});

inputs.run();

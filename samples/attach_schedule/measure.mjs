// Prints how much faster the schedule makes the loop nest: node samples/attach_schedule/measure.mjs [SIZE]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "relaxc/runtime";

const here = fileURLToPath(new URL(".", import.meta.url));
const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const size = Number(process.argv[2] ?? 256);
const folder = mkdtempSync(join(tmpdir(), "attach-schedule-"));

function milliseconds(libraries) {
  const out = join(folder, `${libraries.length}.rxe`);
  const libs = libraries.flatMap((name) => ["--lib", join(here, name)]);
  execFileSync(process.execPath, [
    cli,
    "build",
    join(here, "model.relax"),
    ...libs,
    "-o",
    out,
    "-q",
  ]);
  const program = load(readFileSync(out));
  const tensor = (seed) => ({
    dtype: "float32",
    shape: [size, size],
    data: Float32Array.from({ length: size * size }, (_, i) => ((i * seed) % 17) - 8),
  });
  const call = program.prepare("main");
  call.setInput("x", tensor(7));
  call.setInput("w", tensor(5));
  let best = Infinity;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    call.invoke();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const plain = milliseconds(["my_matmul.relax"]);
const scheduled = milliseconds(["my_matmul.relax", "my_tiles.relax"]);
rmSync(folder, { recursive: true });
console.log(
  `${size} x ${size} x ${size}: ${plain.toFixed(2)} ms as written, ${scheduled.toFixed(2)} ms scheduled`,
);
console.log(`${(plain / scheduled).toFixed(1)} times faster`);

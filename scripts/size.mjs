/** Sizes of source files: a table by folder, and an error for files above the limit (generated ones excepted). */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const LIMIT = 700;
const listed = execFileSync(
  "git",
  ["ls-files", "-co", "--exclude-standard", "--", "*.ts", "*.mjs", "*.cjs"],
  {
    encoding: "utf8",
  },
);
const files = listed
  .split("\n")
  .filter((file) => file !== "" && existsSync(file) && !/\.gen\.ts$/.test(file))
  .map((file) => ({ file, lines: readFileSync(file, "utf8").split("\n").length - 1 }));

const areas = new Map();
for (const { file, lines } of files) {
  const area = file
    .split("/")
    .slice(0, file.startsWith("src/") || file.startsWith("tests/") ? 2 : 1)
    .join("/");
  areas.set(area, [...(areas.get(area) ?? []), lines]);
}
if (!process.argv.includes("--check")) {
  console.log(["folder", "files", "lines", "median", "p95", "max"].join("\t"));
  for (const [area, sizes] of [...areas, ["all", files.map((f) => f.lines)]]) {
    sizes.sort((a, b) => a - b);
    const at = (share) => sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))];
    const sum = sizes.reduce((a, b) => a + b, 0);
    console.log([area, sizes.length, sum, at(0.5), at(0.95), sizes.at(-1)].join("\t"));
  }
}
const long = files.filter((f) => f.lines > LIMIT);
for (const { file, lines } of long) console.error(`${file}: ${lines} lines, the limit is ${LIMIT}`);
process.exitCode = long.length > 0 ? 1 : 0;

/**
 * `npm run setup:llvm`: compiles the optional package `llvm-bindings` in .cache/llvm-bindings and links it into
 * node_modules. Its own build takes two minutes of a processor; as one file it takes a quarter of one. May be stopped and
 * run again; with everything in place only the link is made, as after `npm ci`.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { fill, installPackages, run } from "./cached-folder.mjs";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const NAME = "llvm-bindings";
const folder = join(".cache", NAME);
const packages = join(folder, "node_modules");
const home = join(packages, NAME);

const MANIFEST = {
  // The headers of Node's stable interface are a package, so that no other headers are looked for.
  dependencies: { [NAME]: "0.4.2", "node-api-headers": "1.9.0" },
  // What its own build needs, and this one does not.
  overrides: { "cmake-js": "file:./nothing" },
};

/** What `llvm-config` of version 14 says; ends the script when it is not there. */
function llvm(option) {
  for (const command of ["llvm-config-14", "/usr/lib/llvm-14/bin/llvm-config", "llvm-config"]) {
    const { status, stdout } = spawnSync(command, ["--version", option], { encoding: "utf8" });
    const [version, answer] = (stdout ?? "").trim().split("\n");
    if (status === 0 && version.startsWith("14.")) return answer;
  }
  console.error("LLVM 14 for development is not installed: `apt-get install llvm-14-dev g++`");
  process.exit(3);
}

const [include, folderOfLibraries, libraries] = ["--includedir", "--libdir", "--libs"].map(llvm);
const compiler = process.env.CXX ?? "g++";

/** One file with all sources of the package, in the order of their names. */
function writeWhole(file) {
  const sources = readdirSync(join(home, "src"), { recursive: true }).sort();
  const lines = sources.filter((s) => s.endsWith(".cpp")).map((s) => `#include "src/${s}"\n`);
  writeFileSync(file, lines.join(""));
}

const pins = JSON.stringify({ ...MANIFEST, include, libraries });
const isNew = fill(folder, pins, () => {
  mkdirSync(join(folder, "nothing"));
  writeFileSync(
    join(folder, "nothing", "package.json"),
    JSON.stringify({ name: "cmake-js", version: "6.3.2" }),
  );
  console.log(`${NAME} ${MANIFEST.dependencies[NAME]}: fetching`);
  installPackages(folder, MANIFEST);
  console.log(`compiling with ${compiler} (half a minute)`);
  writeWhole(join(home, "all.cpp"));
  const built = join(home, "build", "Release");
  mkdirSync(built, { recursive: true });
  const includes = ["include", "../node-addon-api", "../node-api-headers/include", include];
  const words = ["-std=c++17", "-O0", "-w", "-fPIC", "-shared", "-DNAPI_VERSION=8", "-I."];
  run(
    compiler,
    [
      ...words,
      ...includes.map((i) => `-I${i}`),
      ...["-o", join("build", "Release", `${NAME}.node`), "all.cpp"],
      ...[`-L${folderOfLibraries}`, ...libraries.split(" "), `-Wl,-rpath,${folderOfLibraries}`],
    ],
    home,
  );
});

const link = join("node_modules", NAME);
rmSync(link, { recursive: true, force: true });
symlinkSync(relative("node_modules", home), link, "dir");
run(process.execPath, ["-e", `require("${NAME}").LLVMContext`]);
console.log(`${NAME} ${isNew ? "compiled" : "was compiled before"}; linked as ${link}`);

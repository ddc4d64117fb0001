/** Folders in `.cache` that setup scripts fill: packages and environments that are no dependency of the repository. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Runs a command with its output shown; ends the script when it fails. */
export function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd });
  if (status === 0) return;
  console.error(error ? `${command}: ${error.message}` : `${command} ended with ${status}`);
  process.exit(3);
}

/** Fills a folder anew unless it was filled to the end with the same `pins`; says whether there was something to do. */
export function fill(folder, pins, work) {
  const stamp = join(folder, "pins");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === pins) return false;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  work();
  writeFileSync(stamp, pins);
  return true;
}

/** Installs packages into a folder; none of their scripts is run. */
export function installPackages(folder, manifest) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, ...manifest }));
  const words = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]; // prettier-ignore
  run("npm", ["install", ...words], folder);
}

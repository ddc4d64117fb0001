/** Names of projects in C. */

/** Files that a project has besides, and headers that it includes. */
const TAKEN = new Set(["driver", "math", "stdint", "stdio", "stdlib", "string", "time"]);

/** Name of the files and functions for a program's file. */
export function cNameOf(path: string): string {
  const [, file] = /([^/\\]*)$/.exec(path)!;
  const name = file!
    .replace(/\.relax$/, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/^[_0-9]+/, "")
    .replace(/_$/, "")
    .toLowerCase();
  return name === "" ? "model" : TAKEN.has(name) ? `${name}_model` : name;
}

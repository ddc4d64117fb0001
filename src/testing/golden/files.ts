/** Where golden files are. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

export const GOLDEN_FOLDERS = ["tests/golden", "tests/error"] as const;

/** Paths of all golden files, sorted. */
export function goldenFiles(): string[] {
  return GOLDEN_FOLDERS.filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith(".relax"))
    .sort();
}

/** The files of golden cases. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readFamily, type OpFamily } from "./op-case.js";

const FOLDER = join("tests", "data", "op");

/** Names of the files, without the ending. */
export const familyNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .sort();

/** The cases of a file. */
export const familyOf = (name: string): OpFamily =>
  readFamily(readFileSync(join(FOLDER, `${name}.json`), "utf8"));

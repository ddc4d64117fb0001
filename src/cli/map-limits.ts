/** What commands let the search for mappings do. */
import type { SearchOptions } from "../target/cgra/index.js";

interface Limits {
  /** Millions of steps. */
  readonly work: number;
  readonly seconds: number;
  readonly megabytes: number;
}

export const searchLimits = ({ work, seconds, megabytes }: Limits): SearchOptions => ({
  work: 1e6 * work,
  timeLimitMs: 1000 * seconds,
  memoryLimit: 1e6 * megabytes,
});

/** Flags of commands that map kernels on the way; what is not mapped runs on the host. */
export const mapFlags = {
  mapWork: {
    type: "int",
    placeholder: "MILLIONS",
    default: 100,
    least: 1,
    help: "Steps to map each kernel to the fabric, the same on all machines.",
    only: ["cgra"],
  },
  mapLimit: {
    type: "int",
    placeholder: "SECONDS",
    default: 300,
    least: 1,
    help: "Time to map each kernel to the fabric, for machines too slow for so many steps.",
    only: ["cgra"],
  },
  mapMemory: {
    type: "int",
    placeholder: "MB",
    default: 512,
    least: 1,
    help: "What clauses may take while a kernel is mapped to the fabric.",
    only: ["cgra"],
  },
} as const;

export const kernelLimits = (flags: {
  readonly mapWork: number;
  readonly mapLimit: number;
  readonly mapMemory: number;
}): SearchOptions =>
  searchLimits({ work: flags.mapWork, seconds: flags.mapLimit, megabytes: flags.mapMemory });

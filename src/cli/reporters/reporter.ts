/** Reports of findings: one shape in, several formats out. */
import type { Diagnostic } from "../../support/diagnostic.js";
import type { Palette } from "../../support/render.js";

export const REPORT_FORMATS = ["full", "concise", "json", "jsonl", "sarif", "github"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What was found in one file. */
export interface FileReport {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ReportOptions {
  readonly palette: Palette;
  readonly ascii: boolean;
  /** Findings shown per file by formats for readers. */
  readonly limit: number;
  readonly version: string;
}

/** Text for each file as it comes, and for the end. */
export interface Reporter {
  file(report: FileReport): string;
  end(): string;
}

export type MakeReporter = (options: ReportOptions) => Reporter;

export const isOk = ({ diagnostics }: FileReport): boolean =>
  diagnostics.every((d) => d.severity !== "error");

const LOADERS: Readonly<Record<ReportFormat, () => Promise<MakeReporter>>> = {
  full: async () => (await import("./full.js")).fullReporter,
  concise: async () => (await import("./concise.js")).conciseReporter,
  json: async () => (await import("./json.js")).jsonReporter,
  jsonl: async () => (await import("./jsonl.js")).jsonlReporter,
  sarif: async () => (await import("./sarif.js")).sarifReporter,
  github: async () => (await import("./github.js")).githubReporter,
};

export const loadReporter = (format: ReportFormat): Promise<MakeReporter> => LOADERS[format]();

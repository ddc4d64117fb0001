/** Runs the command in this process, over memory. */
import { runCommandLine } from "../cli/app.js";
import { memoryHost, type MemoryHost, type MemoryHostOptions } from "./memory-host.js";

export interface CliRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly host: MemoryHost;
}

/** Runs `relaxc` with an argument list. */
export async function runCli(
  argv: readonly string[],
  options: MemoryHostOptions = {},
): Promise<CliRun> {
  const host = memoryHost(options);
  const exit = await runCommandLine(host, argv);
  return { exit, ...host.written, host };
}

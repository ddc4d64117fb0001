#!/usr/bin/env node
/** The command as Node starts it. */
import { setFlagsFromString } from "node:v8";
import { endWithReaders, nodeHost } from "../driver/host-node.js";
import { runCommandLine } from "./app.js";

/**
 * How much a function runs before the engine optimises it, fifteen times the default. Most commands end within seconds,
 * and would spend a third of their processor time on code that is then hardly used; what runs for long gets there soon.
 */
setFlagsFromString("--interrupt-budget=1000000");
endWithReaders();
process.exitCode = await runCommandLine(nodeHost(), process.argv.slice(2));

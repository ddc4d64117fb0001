#!/usr/bin/env node
/** The command as Node starts it. */
import { endWithReaders, nodeHost } from "../driver/host-node.js";
import { runCommandLine } from "./app.js";

endWithReaders();
process.exitCode = await runCommandLine(nodeHost(), process.argv.slice(2));

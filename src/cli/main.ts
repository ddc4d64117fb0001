#!/usr/bin/env node
/** The command as Node starts it. */
import { nodeHost } from "../driver/host-node.js";
import { runCommandLine } from "./app.js";

process.exitCode = await runCommandLine(nodeHost(), process.argv.slice(2));

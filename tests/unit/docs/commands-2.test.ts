import { testCommands } from "./pages.js";

testCommands(1, 3);

import { testCommands } from "./pages.js";

testCommands(0, 3);

import { testCommands } from "./pages.js";

testCommands(2, 3);

import { testLinks } from "./pages.js";

testLinks();

import { testFamilies } from "./goldens.js";

testFamilies(0, 4);

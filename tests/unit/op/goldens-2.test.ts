import { testFamilies } from "./goldens.js";

testFamilies(1, 4);

import { testFamilies } from "./goldens.js";

testFamilies(2, 4);

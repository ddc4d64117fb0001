import { testFamilies } from "./goldens.js";

testFamilies(3, 4);

/** T functions and their parts as surface trees. */
export { raisePrimExpr } from "./expression.js";

/** JSON files with diagnostics at their places. */
export { codes } from "./codes.js";
export { parseJson, type JsonMember, type JsonValue } from "./parse-json.js";
export {
  choice,
  flag,
  integer,
  list,
  mistaken,
  object,
  optional,
  record,
  required,
  text,
  type Field,
  type Reader,
} from "./read-fields.js";

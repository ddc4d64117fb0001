/** Texts of the library, bundled as strings. */
declare module "*.relax" {
  const text: string;
  export default text;
}

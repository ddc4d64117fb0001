/** Bytes of the scratchpad as values of 32 bits, little-endian. */
export const readValue = (
  view: DataView,
  address: number,
  bytes: number,
  signed: boolean,
): number => {
  if (bytes === 4) return view.getInt32(address, true);
  if (bytes === 2) return signed ? view.getInt16(address, true) : view.getUint16(address, true);
  return signed ? view.getInt8(address) : view.getUint8(address);
};

export const writeValue = (view: DataView, address: number, bytes: number, value: number): void => {
  if (bytes === 4) view.setInt32(address, value, true);
  else if (bytes === 2) view.setInt16(address, value, true);
  else view.setInt8(address, value);
};

/** Channels of a vector in the lowerings of the library, which also know blocks of half as many. */
export const LIBRARY_LANES = 16;

/**
 * How many channels are kept together: as many as a vector has, or half where a quarter of whole vectors would be zeros;
 * 0 where blocks would not be full.
 */
export function blockSize(channels: number, lanes: number): number {
  if (channels % lanes === 0) return lanes;
  const whole = Math.ceil(channels / lanes) * lanes;
  const isHalf = lanes === LIBRARY_LANES && channels > lanes && channels % (lanes / 2) === 0;
  return isHalf && 4 * channels <= 3 * whole ? lanes / 2 : 0;
}

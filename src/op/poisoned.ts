/** Thrown inside rules when an operand already has an error: the rule ends without another message. */
export class Poisoned extends Error {}

/** A function that fails ends the rule for this message, unless get_or_default() stands around it. */
export class EvaluationFailure extends Error {}

/** vectors */ export const PASSING: readonly string[] = [];

/** A policy as a person typed it. */
import { AppError } from '../../preload/errors.ts';

/** Throws AppError `provision.policyJson`; whether it is a policy is for the target to say. */
export function parsePolicy(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('provision.policyJson', 'The policy is not valid JSON.', {
      hint: cause instanceof Error ? cause.message : undefined,
    });
  }
}

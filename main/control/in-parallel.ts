/** Runs the same work for many values, a few at a time and in order. */

/** Stops taking new values when the signal is aborted; rejects with the first failure after what is under way has ended. */
export async function inParallel<Value>(
  values: readonly Value[],
  atOnce: number,
  signal: AbortSignal,
  work: (value: Value, index: number) => Promise<void>,
): Promise<void> {
  const entries = values.entries();
  let failure: { readonly error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    for (const [index, value] of entries) {
      if (signal.aborted || failure !== null) return;
      try {
        await work(value, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, values.length) }, worker));
  rethrow(failure);
}

function rethrow(failure: { readonly error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}

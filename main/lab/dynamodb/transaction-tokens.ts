/** Makes TransactWriteItems idempotent: SDKs send a token with each transaction and repeat it when an answer was lost. */
import { createHash } from 'node:crypto';
import { AwsError } from '../services.ts';

type Told = { readonly digest: string; readonly answer: Promise<object>; readonly until: number };

/** AWS forgets a token ten minutes after its request. */
const VALID_MS = 10 * 60 * 1000;
/** The oldest go first; at 100 transactions a second this is more than a minute and a half, longer than any SDK repeats. */
const MOST_TOKENS = 10_000;

export type TransactionTokens = {
  /**
   * The answer of the first request with this token, or that of `work`, which is remembered unless it fails. Tokens do not outlive the
   * lab. Throws AwsError `IdempotentParameterMismatchException` when `items` are others than the first time.
   * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
   */
  readonly once: (token: string | undefined, items: unknown, work: () => Promise<object>) => Promise<object>;
};

export function openTransactionTokens(now: () => number = Date.now): TransactionTokens {
  const tokens = new Map<string, Told>();

  const forgetOld = (): void => {
    for (const [token, { until }] of tokens) {
      if (until > now() && tokens.size <= MOST_TOKENS) return;
      tokens.delete(token);
    }
  };

  return {
    once: async (token, items, work) => {
      if (token === undefined) return work();
      const digest = createHash('sha256').update(JSON.stringify(items)).digest('base64');
      const told = tokens.get(token);
      if (told !== undefined && told.until > now()) {
        if (told.digest === digest) return told.answer;
        throw new AwsError(
          'IdempotentParameterMismatchException',
          'The request has the token of an earlier one and other parameters. Use a new ClientRequestToken.',
          400,
        );
      }
      const answer = work();
      tokens.delete(token);
      tokens.set(token, { digest, answer, until: now() + VALID_MS });
      forgetOld();
      // What failed changed nothing and may be tried again.
      answer.catch(() => tokens.delete(token));
      return answer;
    },
  };
}

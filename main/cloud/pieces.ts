/** Looks up the pieces of the pipeline on the target: each as AWS tells it, or null where it does not exist. */
import { DescribeDeliveryStreamCommand, type DeliveryStreamDescription } from '@aws-sdk/client-firehose';
import { GetCrawlerCommand, GetDatabaseCommand, type Crawler } from '@aws-sdk/client-glue';
import { GetTopicRuleCommand, paginateListTopicRules, type TopicRule } from '@aws-sdk/client-iot';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { PipelineState } from '../../preload/shapes.ts';
import type { Clients } from './clients.ts';
import { nullWhen, told } from './refusals.ts';

const RULE_PAGES = 20;

export async function hasBucket({ s3 }: Clients, bucket: string): Promise<boolean> {
  const found = await nullWhen(['NotFound', 'NoSuchBucket'], s3.send(new HeadBucketCommand({ Bucket: bucket })));
  return found !== null;
}

export async function hasDatabase({ glue }: Clients, database: string): Promise<boolean> {
  const found = await nullWhen(['EntityNotFoundException'], glue.send(new GetDatabaseCommand({ Name: database })));
  return found !== null;
}

export async function findStream({ firehose }: Clients, stream: string): Promise<DeliveryStreamDescription | null> {
  const question = firehose.send(new DescribeDeliveryStreamCommand({ DeliveryStreamName: stream }));
  const answer = await nullWhen(['ResourceNotFoundException'], question);
  return answer === null ? null : told(answer.DeliveryStreamDescription, `the description of the stream "${stream}"`);
}

/** Asks the list first: to GetTopicRule for a rule that does not exist AWS answers "unauthorized", like to one that is not ours. */
export async function findRule({ iot }: Clients, rule: string): Promise<TopicRule | null> {
  let page = 0;
  for await (const { rules = [] } of paginateListTopicRules({ client: iot }, {})) {
    if (rules.some(({ ruleName }) => ruleName === rule)) {
      const answer = await iot.send(new GetTopicRuleCommand({ ruleName: rule }));
      return told(answer.rule, `the text of the rule "${rule}"`);
    }
    if (++page >= RULE_PAGES) break;
  }
  return null;
}

export async function findCrawler({ glue }: Clients, crawler: string): Promise<Crawler | null> {
  const answer = await nullWhen(['EntityNotFoundException'], glue.send(new GetCrawlerCommand({ Name: crawler })));
  return answer === null ? null : told(answer.Crawler, `the description of the crawler "${crawler}"`);
}

type CrawlerState = NonNullable<PipelineState['crawler']>;

/** A crawler as the window shows it. `at` is the start of its last run in epoch milliseconds. */
export function crawlerState(crawler: Crawler, name: string): CrawlerState {
  const last = crawler.LastCrawl;
  return {
    name,
    state: told(crawler.State, `the state of the crawler "${name}"`),
    lastCrawl:
      last === undefined
        ? null
        : {
            status: told(last.Status, `how the last run of the crawler "${name}" ended`),
            message: last.ErrorMessage ?? '',
            at: told(last.StartTime, `when the crawler "${name}" last ran`).getTime(),
          },
  };
}

/** Call name to function: the table of contents of all a window can ask for. */
import { toPlainError } from '../../preload/errors.ts';
import { listLake, previewObject } from '../cloud/lake.ts';
import { cancelQuery, listDatabases, queryRows, queryStatus, startQuery } from '../cloud/query.ts';
import { environmentText } from '../cloud/target.ts';
import { createLogger } from '../log.ts';
import { catalogueOf } from './catalogue.ts';
import { certificateHandlers } from './certificate-handlers.ts';
import type { Control } from './control.ts';
import type { Desktop, Handlers } from './desktop.ts';
import { topicHandlers } from './topic-handlers.ts';
import { ruleHandlers } from './rule-handlers.ts';
import { tableHandlers } from './table-handlers.ts';
import { provisionHandlers } from './provision-handlers.ts';

const log = createLogger('control.handlers');

export function createHandlers(control: Control, desktop: Desktop): Handlers {
  const { fleet, pipeline } = control;
  const clients = () => control.connection().clients;
  const done = async (work: Promise<void> | void): Promise<null> => {
    await work;
    return null;
  };
  /** Long work answers at once; its progress and its failure are told by `pipeline.state`. */
  const begin = (work: Promise<void>): null => {
    work.catch((error: unknown) =>
      log.warn({ code: toPlainError(error).code, err: error }, 'setting up the pipeline failed'),
    );
    return null;
  };

  return {
    'app.info': () => desktop.about,
    'settings.get': () => desktop.settings.get(),
    'settings.set': async (change) => {
      const settings = desktop.settings.set(change);
      if (change.finalNewline !== undefined) await fleet.setFinalNewline(settings.finalNewline);
      if (change.awsQuotas !== undefined) await control.lab.setQuotas(settings.awsQuotas);
      return settings;
    },
    'target.copyEnvironment': async ({ shell }) => {
      await desktop.copyText(environmentText(control.connection().target, shell));
      return null;
    },

    'stations.catalogue': () => catalogueOf(control.sets, fleet.has),
    'stations.add': ({ set, stations }) => control.addBundled(set, stations),
    'stations.remove': ({ ids }) => done(fleet.remove(ids)),
    'stations.start': ({ ids }) => done(fleet.start(ids)),
    'stations.pause': ({ ids }) => done(fleet.pause(ids)),
    'stations.rewind': ({ ids }) => done(fleet.rewind(ids)),
    'stations.setSpeed': ({ ids, speed }) => done(fleet.setSpeed(ids, speed)),
    'stations.preview': ({ id }) => fleet.preview(id),

    ...topicHandlers(control, desktop.chooseSaveFile),
    ...provisionHandlers(control),
    ...ruleHandlers(control),
    ...tableHandlers(control),
    'trace.message': (question) => control.tracing.message(question),
    'trace.allow': ({ refusal }) => control.tracing.allow(refusal),

    'pipeline.setUp': () => {
      // Not ready is told at once; everything later is told by the steps.
      control.connection();
      return begin(pipeline.setUp());
    },
    'pipeline.flush': ({ stream }) => done(pipeline.flush(stream)),
    'pipeline.crawl': () => done(pipeline.crawl()),
    'lake.list': (input) => listLake(clients(), input),
    'lake.preview': ({ bucket, key }) => previewObject(clients(), bucket, key),

    'query.databases': () => listDatabases(clients()),
    'query.start': async ({ sql, database }) => ({
      id: await startQuery(clients(), { sql, database, output: pipeline.names().output }),
    }),
    'query.status': ({ id }) => queryStatus(clients(), id),
    'query.cancel': ({ id }) => done(cancelQuery(clients(), id)),
    'query.rows': (input) => queryRows(clients(), input),

    ...certificateHandlers(control, desktop),
  };
}

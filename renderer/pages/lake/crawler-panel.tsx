/** The crawler: its state, its last run, and the button that runs it. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { PipelineState } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { notifyError } from '../../state/notices.tsx';
import { goTo } from '../../state/route.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import styles from './lake-page.module.css';

type Crawler = PipelineState['crawler'];

export function CrawlerPanel({ crawler }: { readonly crawler: Crawler }) {
  const { t } = useTranslation();
  return (
    <section className={page['panel']} aria-label={t('lake.crawler')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('lake.crawler')}</h2>
        <code className={styles['name']}>{crawler?.name}</code>
      </div>
      <div className={styles['content']}>
        {crawler === null ? <p className={styles['quiet']}>{t('lake.notThere')}</p> : <Details crawler={crawler} />}
      </div>
    </section>
  );
}

function Details({ crawler }: { readonly crawler: NonNullable<Crawler> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const { state, lastCrawl } = crawler;
  const crawledAt = lastCrawl?.at;
  // A crawl that ended may have made or changed tables.
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['query.databases'] });
  }, [client, crawledAt]);
  const hasFailed = lastCrawl !== null && lastCrawl.status !== 'SUCCEEDED';
  return (
    <>
      <dl className={styles['facts']} data-rows>
        <div>
          <dt>{t('lake.lastCrawl')}</dt>
          <dd>
            {lastCrawl === null ? (
              t('lake.never')
            ) : (
              <>
                <span className={styles['crawl-state']} data-state={lastCrawl.status}>
                  <CrawlStatus status={lastCrawl.status} />
                </span>{' '}
                <span className={styles['quiet']}>{format.dateTime(lastCrawl.at)}</span>
              </>
            )}
          </dd>
        </div>
      </dl>
      {hasFailed && lastCrawl.message !== '' && <ErrorNotice error={{ message: lastCrawl.message }} />}
      <div className={styles['foot']}>
        <Button
          small
          icon="spider"
          disabled={state !== 'READY'}
          onClick={() => {
            call('pipeline.crawl', {}).catch(notifyError);
          }}
        >
          {state === 'READY' ? t('lake.crawl') : t(`lake.crawlerState.${state}`)}
        </Button>
        {lastCrawl?.status === 'SUCCEEDED' && (
          <Button small kind="quiet" icon="query" onClick={() => goTo('query')}>
            {t('lake.openQuery')}
          </Button>
        )}
      </div>
    </>
  );
}

function CrawlStatus({ status }: { readonly status: string }) {
  const { t } = useTranslation();
  switch (status) {
    case 'SUCCEEDED':
      return <>{t('lake.crawlStatus.SUCCEEDED')}</>;
    case 'FAILED':
      return <>{t('lake.crawlStatus.FAILED')}</>;
    case 'CANCELLED':
      return <>{t('lake.crawlStatus.CANCELLED')}</>;
    default:
      return <>{status}</>;
  }
}

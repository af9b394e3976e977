/** Buckets, prefixes and objects, and what an object holds. */
import { Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { goToPlace, openObject, useLakePlace, type Place } from '../../state/lake-place.ts';
import { call } from '../../state/window-app.ts';
import page from '../page.module.css';
import styles from './object-browser.module.css';
import { ObjectPreview } from './object-preview.tsx';
import { ObjectTable } from './object-table.tsx';

type ObjectBrowserProps = {
  /** Where it stands until somebody goes elsewhere; null: at the list of buckets. */
  readonly bucket: string | null;
  /** Another number is another listing: something was written. */
  readonly written: number;
};

export function ObjectBrowser({ bucket: start, written }: ObjectBrowserProps) {
  const { t } = useTranslation();
  const { place, opened, led } = useLakePlace();
  const { bucket, prefix } = place ?? { bucket: start, prefix: '' };
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (led > 0) element.current?.scrollIntoView({ block: 'start' });
  }, [led]);
  const listing = useInfiniteQuery({
    queryKey: ['lake.list', bucket, prefix, written],
    queryFn: ({ pageParam }) => call('lake.list', { bucket, prefix, token: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ token }) => token,
    placeholderData: (previous, query) =>
      query?.queryKey[1] === bucket && query.queryKey[2] === prefix ? previous : undefined,
  });
  const pages = listing.data?.pages ?? [];
  const entries = {
    buckets: pages.flatMap(({ buckets }) => buckets),
    prefixes: pages.flatMap(({ prefixes }) => prefixes),
    objects: pages.flatMap(({ objects }) => objects),
  };
  const isEmpty = entries.buckets.length + entries.prefixes.length + entries.objects.length === 0;
  return (
    <section
      ref={element}
      className={`${page['panel'] ?? ''} ${styles['browser'] ?? ''}`}
      aria-label={t('lake.browser')}
    >
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('lake.browser')}</h2>
        <Trail place={{ bucket, prefix }} onGo={goToPlace} />
        <IconButton icon="refresh" label={t('lake.refresh')} onClick={() => void listing.refetch()} />
      </div>
      <div className={styles['body']}>
        <div className={styles['list']}>
          {listing.error !== null && <ErrorNotice error={toPlainError(listing.error)} />}
          {listing.isPending && <Skeleton height={120} m={14} w="auto" />}
          {listing.isSuccess && isEmpty && (
            <EmptyState small title={t(bucket === null ? 'lake.noBuckets' : 'lake.noObjects')} />
          )}
          {!isEmpty && (
            <ObjectTable
              place={{ bucket, prefix }}
              entries={entries}
              opened={opened}
              onGo={goToPlace}
              onOpen={openObject}
            />
          )}
          {listing.hasNextPage && (
            <Button small kind="quiet" disabled={listing.isFetching} onClick={() => void listing.fetchNextPage()}>
              {t('lake.more')}
            </Button>
          )}
        </div>
        {opened !== null && bucket !== null && (
          <ObjectPreview key={opened} bucket={bucket} objectKey={opened} onClose={() => openObject(null)} />
        )}
      </div>
    </section>
  );
}

function Trail({ place: { bucket, prefix }, onGo }: { readonly place: Place; readonly onGo: (place: Place) => void }) {
  const { t } = useTranslation();
  const levels = prefix.split('/').filter((level) => level !== '');
  return (
    <nav className={styles['trail']} aria-label={t('lake.browser')}>
      <button type="button" onClick={() => onGo({ bucket: null, prefix: '' })}>
        {t('lake.buckets')}
      </button>
      {bucket !== null && (
        <button type="button" onClick={() => onGo({ bucket, prefix: '' })}>
          {bucket}
        </button>
      )}
      {levels.map((level, index) => (
        <button
          key={index}
          type="button"
          onClick={() => onGo({ bucket, prefix: `${levels.slice(0, index + 1).join('/')}/` })}
        >
          {level}
        </button>
      ))}
    </nav>
  );
}

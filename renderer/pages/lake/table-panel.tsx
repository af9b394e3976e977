/** DynamoDB's tables: their items page by page, of one partition or of all, with filters. */
import { NativeSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import type { ItemFilter, TableState } from '../../../preload/shapes-tables.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { EVERYTHING, keyOf, questionOf } from '../../state/key-choice.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import { ItemFilters } from './item-filters.tsx';
import { ItemTable } from './item-table.tsx';
import { KeyQuery } from './key-query.tsx';
import styles from './table-panel.module.css';

export function TablePanel() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: ['tables.list'], queryFn: () => call('tables.list', {}) });
  const [chosen, setChosen] = useState('');
  const table = data?.find(({ name }) => name === chosen) ?? data?.[0];
  return (
    <section className={page['panel']} aria-label={t('tables.title')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('tables.title')}</h2>
        {data !== undefined && data.length > 0 && (
          <NativeSelect
            size="xs"
            aria-label={t('tables.table')}
            data={data.map(({ name }) => name)}
            value={table?.name ?? ''}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        <div className={styles['push']}>
          <IconButton icon="refresh" label={t('tables.refresh')} onClick={() => void refetch()} />
        </div>
      </div>
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {data?.length === 0 && (
        <EmptyState small title={t('tables.none')}>
          {t('tables.noneText')}
        </EmptyState>
      )}
      {table !== undefined && <Items key={table.name} table={table} />}
    </section>
  );
}

const TYPING_MS = 300;
const FIRST_PAGE: string | null = null;
const ALL = { index: null, partition: null, sort: null, newestFirst: true };

function Items({ table }: { readonly table: TableState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [choice, setChoice] = useState(EVERYTHING);
  const [filters, setFilters] = useState<readonly ItemFilter[]>([]);
  const [asked] = useDebouncedValue(
    {
      keys: questionOf(table, choice),
      filters: filters.filter(({ path }) => path.every((name) => name !== '')),
    },
    TYPING_MS,
  );
  const { hash, range } = keyOf(table, asked.keys?.index ?? null);
  const { data, error, isFetching, hasNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: ['tables.items', table.name, asked],
    queryFn: ({ pageParam }) =>
      call('tables.items', {
        table: table.name,
        ...(asked.keys ?? ALL),
        filters: asked.filters,
        token: pageParam,
      }),
    enabled: asked.keys !== null,
    placeholderData: keepPreviousData,
    initialPageParam: FIRST_PAGE,
    getNextPageParam: ({ token }) => token,
    gcTime: 0,
  });
  const items = data?.pages.flatMap((one) => one.items) ?? [];
  const scanned = data?.pages.reduce((sum, one) => sum + one.scanned, 0) ?? 0;
  return (
    <div className={styles['items']}>
      <div className={styles['keys']}>
        <KeyQuery table={table} choice={choice} onChange={setChoice} />
      </div>
      <div className={styles['tools']}>
        <ItemFilters filters={filters} onChange={setFilters} />
        <Button small icon="refresh" disabled={isFetching} onClick={() => void refetch()}>
          {t('tables.read')}
        </Button>
        <span className={styles['count']} role="status">
          {t('tables.count', {
            count: items.length,
            amount: format.integer(items.length),
            scanned: format.integer(scanned),
          })}
        </span>
      </div>
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {data !== undefined && items.length === 0 && (
        <EmptyState small title={t('tables.noItems')}>
          {t('tables.noItemsText')}
        </EmptyState>
      )}
      {items.length > 0 && (
        <ItemTable
          label={t('tables.itemsOf', { name: table.name })}
          items={items}
          keys={[...new Set([hash, range, table.key.hash, table.key.range].flatMap((part) => part?.name ?? []))]}
        />
      )}
      {hasNextPage && (
        <Button small disabled={isFetching} onClick={() => void fetchNextPage()}>
          {t('tables.more')}
        </Button>
      )}
    </div>
  );
}

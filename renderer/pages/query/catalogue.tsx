/** Databases and tables with their columns; a click writes the name into the statement. Below: samples and history. */
import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import type { DatabaseInfo, TableInfo } from '../../../preload/shapes.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import { goTo } from '../../state/route.ts';
import { samplesFor, sqlName } from '../../state/samples.ts';
import styles from './catalogue.module.css';
import { History, Samples } from './starting-points.tsx';
import { insertIntoEditor } from './sql-editor.tsx';

export function Catalogue({ databases }: { readonly databases: UseQueryResult<readonly DatabaseInfo[]> }) {
  const { t } = useTranslation();
  const { data, error, isPending } = databases;
  const hasTables = data?.some(({ tables }) => tables.length > 0) ?? false;
  return (
    <aside className={styles['catalogue']} aria-label={t('query.catalogue')}>
      <div className={styles['head']}>
        <h1>{t('query.title')}</h1>
        <IconButton icon="refresh" label={t('query.refresh')} onClick={() => void databases.refetch()} />
      </div>
      <section className={styles['tables']} aria-label={t('query.catalogue')}>
        {isPending && <Skeleton height={120} />}
        {error !== null && <ErrorNotice error={toPlainError(error)} />}
        {data !== undefined && !hasTables && (
          <EmptyState
            small
            title={t('query.noTables')}
            actions={
              <Button small icon="lake" onClick={() => goTo('lake')}>
                {t('query.toLake')}
              </Button>
            }
          >
            {t('query.noTablesText')}
          </EmptyState>
        )}
        {data
          ?.filter(({ tables }) => tables.length > 0)
          .map(({ name, tables }) => (
            <div key={name}>
              <p className={styles['database']}>{name}</p>
              {tables.map((table, index) => (
                <Table key={table.name} table={table} isFirst={index === 0} />
              ))}
            </div>
          ))}
      </section>
      <Samples samples={samplesFor(data ?? [])} />
      <History />
    </aside>
  );
}

function Table({ table, isFirst }: { readonly table: TableInfo; readonly isFirst: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(isFirst);
  const partitions = table.partitionKeys.map((column) => ({ ...column, isPartition: true }));
  const columns = [...table.columns.map((column) => ({ ...column, isPartition: false })), ...partitions];
  return (
    <div>
      <div className={styles['table']}>
        <button type="button" className={styles['fold']} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <Icon name={isOpen ? 'down' : 'right'} size={11} />
          <Icon name="table" size={13} />
          <span>{table.name}</span>
        </button>
        <IconButton
          icon="plus"
          label={t('query.insert', { name: table.name })}
          onClick={() => insertIntoEditor(sqlName(table.name))}
        />
      </div>
      {isOpen && (
        <ul className={styles['columns']}>
          {columns.map(({ name, type, isPartition }) => (
            <li key={name}>
              <button
                type="button"
                title={isPartition ? `${type} · ${t('query.partition')}` : type}
                aria-label={t('query.insert', { name })}
                data-partition={isPartition || undefined}
                onClick={() => insertIntoEditor(sqlName(name))}
              >
                <span>{name}</span>
                <em>{type.startsWith('struct') ? 'struct' : type.startsWith('array') ? 'array' : type}</em>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

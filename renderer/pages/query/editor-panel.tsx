/** The statement and the buttons that run it. */
import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DatabaseInfo } from '../../../preload/shapes.ts';
import { Button } from '../../parts/button.tsx';
import { cancelQuery, chooseDatabase, placeOfError, runQuery, useQueryState, writeSql } from '../../state/query.ts';
import styles from './query-page.module.css';
import { SqlEditor } from './sql-editor.tsx';

export function EditorPanel({ databases }: { readonly databases: readonly DatabaseInfo[] }) {
  const { t } = useTranslation();
  const { sql, database, isRunning, status, error } = useQueryState();
  const reason = error?.message ?? (status?.state === 'FAILED' ? status.reason : null);
  return (
    <div className={styles['editor-panel']}>
      <div className={styles['editor-tools']}>
        <Button
          kind="primary"
          icon="play"
          disabled={isRunning || sql.trim() === '' || database === null}
          onClick={runQuery}
        >
          {t('query.run')}
        </Button>
        {isRunning && (
          <Button icon="stop" disabled={status === null} onClick={cancelQuery}>
            {t('query.cancel')}
          </Button>
        )}
        <kbd>{t('query.shortcut')}</kbd>
        {databases.length > 0 && (
          <div className={styles['database']}>
            <span aria-hidden="true">{t('query.database')}</span>
            <Select
              aria-label={t('query.database')}
              data={databases.map(({ name }) => name)}
              value={database}
              onChange={(name) => {
                if (name !== null) chooseDatabase(name);
              }}
            />
          </div>
        )}
      </div>
      <SqlEditor
        label={t('query.editor')}
        sql={sql}
        tables={databases.find(({ name }) => name === database)?.tables ?? []}
        fault={reason === null ? null : withPlace(reason)}
        onChange={writeSql}
        onRun={runQuery}
      />
    </div>
  );
}

function withPlace(reason: string) {
  const place = placeOfError(reason);
  return place === null ? null : { ...place, reason };
}

/** What the query took and found, and the ways to take its rows elsewhere. */
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../parts/copy-button.tsx';
import { toCsv, toTsv } from '../../state/csv.ts';
import { useQueryState } from '../../state/query.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './query-page.module.css';

export function ResultHead() {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, result } = useQueryState();
  if (status === null) return null;
  const rows = result?.rows.length ?? 0;
  return (
    <div className={styles['result-head']}>
      <span role="status" data-state={status.state}>
        {t(`query.state.${status.state}`)}
      </span>
      <span>{format.milliseconds(status.milliseconds)}</span>
      <span>{t('query.scanned', { bytes: format.bytes(status.scannedBytes) })}</span>
      {result !== null && (
        <>
          <span>
            {result.token === null
              ? t('query.rows', { count: rows, amount: format.integer(rows) })
              : t('query.rowsMore', { amount: format.integer(rows) })}
          </span>
          <span className={styles['copies']}>
            <CopyButton label={t('query.copyCsv')} text={() => toCsv(result)} />
            <CopyButton label={t('query.copyTsv')} text={() => toTsv(result)} />
          </span>
        </>
      )}
    </div>
  );
}

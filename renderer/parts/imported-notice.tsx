/** The body of the notice after an import: who uses what now, what was refused, and the way back. */
import { useTranslation } from 'react-i18next';
import type { ImportOutcome } from '../../preload/shapes-certificates.ts';
import styles from './added-notice.module.css';
import { Button } from './button.tsx';

export function ImportedNotice({ outcome, onUndo }: { readonly outcome: ImportOutcome; readonly onUndo: () => void }) {
  const { t } = useTranslation();
  const used = outcome.imported.filter(({ station }) => station !== null).length;
  return (
    <ul className={styles['list']}>
      {used > 0 && <li>{t('certificates.importedUsed', { count: used, amount: used })}</li>}
      {outcome.refused.map(({ name, error }) => (
        <li key={name}>
          <strong>{name}</strong>
          <span>{error.message}</span>
          {error.hint !== undefined && <span className={styles['hint']}>{error.hint}</span>}
        </li>
      ))}
      {outcome.imported.length > 0 && (
        <li>
          <Button small icon="rewind" onClick={onUndo}>
            {t('certificates.undo')}
          </Button>
        </li>
      )}
    </ul>
  );
}

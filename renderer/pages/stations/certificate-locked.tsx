/** Encrypted files of a batch, each with its password. The password goes to main, is tried there and forgotten. */
import { TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError, type PlainError } from '../../../preload/errors.ts';
import type { ImportBatch, LockedItem } from '../../../preload/shapes-certificates.ts';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { showBatch } from '../../state/certificates.ts';
import { call } from '../../state/window-app.ts';
import styles from './certificate-import.module.css';

export function LockedFiles({ batch }: { readonly batch: ImportBatch }) {
  const { t } = useTranslation();
  if (batch.locked.length === 0) return null;
  return (
    <section className={styles['group']} aria-label={t('certificates.locked')}>
      <h3>{t('certificates.locked')}</h3>
      <ul>
        {batch.locked.map((item) => (
          <li key={item.id}>
            <Unlock batch={batch.id} item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Unlock({ batch, item }: { readonly batch: string; readonly item: LockedItem }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [error, setError] = useState<PlainError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const open = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    try {
      showBatch(await call('certificates.unlock', { batch, item: item.id, password }));
    } catch (thrown) {
      setError(toPlainError(thrown));
    } finally {
      setPassword('');
      setIsBusy(false);
    }
  };
  return (
    <form className={styles['unlock']} onSubmit={(event) => void open(event)}>
      <Icon name="file" size={15} />
      <div>
        <span>{item.source}</span>
        <small>{t(item.what === 'pfx' ? 'certificates.lockedPfx' : 'certificates.lockedKey')}</small>
      </div>
      <TextInput
        type="password"
        autoComplete="off"
        aria-label={t('certificates.password', { source: item.source })}
        placeholder={t('certificates.passwordHint')}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={error === null ? undefined : `${error.message} ${error.hint ?? ''}`}
      />
      <Button type="submit" small disabled={isBusy || password === ''}>
        {t('certificates.open')}
      </Button>
    </form>
  );
}

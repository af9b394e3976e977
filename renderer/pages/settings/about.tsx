/** Versions and places of this installation, and what protects the stations' keys. */
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { call } from '../../state/window-app.ts';
import styles from './settings-page.module.css';

export function About() {
  const { t } = useTranslation();
  const { data: info, error } = useQuery({ queryKey: ['app.info'], queryFn: () => call('app.info', {}) });
  if (error !== null) return <ErrorNotice error={toPlainError(error)} />;
  if (info === undefined) return <Skeleton height={90} />;
  return (
    <>
      {!info.keychain && (
        <ErrorNotice tone="warning" error={{ message: t('settings.noKeychain'), hint: t('settings.noKeychainHint') }} />
      )}
      <dl className={styles['facts']}>
        <dt>{t('settings.version')}</dt>
        <dd>{info.version}</dd>
        <dt>{t('settings.electron')}</dt>
        <dd>{info.electron}</dd>
        <dt>{t('settings.platform')}</dt>
        <dd>{info.platform}</dd>
        <dt>{t('settings.dataFolder')}</dt>
        <dd>{info.dataFolder}</dd>
      </dl>
      <p>{t('settings.privacy')}</p>
    </>
  );
}

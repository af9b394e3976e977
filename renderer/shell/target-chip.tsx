/** Which cloud every button of this window acts on: the local lab in ink, a real AWS account in a colour of its own. */
import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TargetInfo } from '../../preload/shapes.ts';
import styles from './top-bar.module.css';

export function TargetChip({ target }: { readonly target: TargetInfo | null }) {
  const { t } = useTranslation();
  if (target === null) return <div className={styles['chip']}>{t('target.starting')}</div>;
  const { kind, region, account } = target;
  const name = t(`target.${kind}`);
  return (
    <Tooltip label={t(kind === 'aws' ? 'target.awsHint' : 'target.labHint')}>
      <div
        className={styles['chip']}
        data-kind={kind}
        role="status"
        aria-label={t('target.label', { name, region, account })}
      >
        <strong>{name}</strong>
        <span>{region}</span>
        <code>{account}</code>
      </div>
    </Tooltip>
  );
}

/** The same rule for other tools: AWS CLI, CloudFormation, JSON, boto3. */
import { SegmentedControl } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleCode, RuleForm } from '../../../preload/shapes-rules.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { call } from '../../state/window-app.ts';
import page from '../page.module.css';
import styles from './rule-builder.module.css';

const WAYS: readonly (keyof RuleCode)[] = ['cli', 'cloudFormation', 'json', 'python'];

export function RuleCopies({ form, isNamed }: { readonly form: RuleForm; readonly isNamed: boolean }) {
  const { t } = useTranslation();
  const [way, setWay] = useState<keyof RuleCode>('cli');
  const { data } = useQuery({
    queryKey: ['rules.code', form],
    queryFn: () => call('rules.code', { form }),
    enabled: isNamed && form.sql !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <section className={page['panel']} aria-label={t('rules.copies')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('rules.copies')}</h2>
        <div className={styles['version']}>
          <CopyButton text={() => data?.[way] ?? ''} disabled={data === undefined || !isNamed} />
        </div>
      </div>
      <div className={styles['content']}>
        <SegmentedControl
          aria-label={t('rules.copyAs')}
          data={WAYS.map((value) => ({ value, label: t(`rules.copy.${value}`) }))}
          value={way}
          onChange={(value) => setWay(WAYS.find((known) => known === value) ?? 'cli')}
        />
        {data === undefined || !isNamed ? (
          <p className={styles['quiet']}>{t('rules.nameFirst')}</p>
        ) : (
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long text must be reachable by keyboard to be scrolled
          <pre className={styles['code']} tabIndex={0}>
            {data[way]}
          </pre>
        )}
      </div>
    </section>
  );
}

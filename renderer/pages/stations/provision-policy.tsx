/** The one policy of many stations: the suggested document, to be read and edited, or a policy that the target has already. */
import { Radio, Select, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../../preload/errors.ts';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import type { Draft } from '../../state/provision-draft.ts';
import { call } from '../../state/window-app.ts';
import styles from './provision.module.css';

type ProvisionPolicyProps = { readonly draft: Draft; readonly change: (next: Partial<Draft>) => void };

export function ProvisionPolicy({ draft, change }: ProvisionPolicyProps) {
  const { t } = useTranslation();
  const choices = useQuery({ queryKey: ['things.choices'], queryFn: () => call('things.choices', {}), gcTime: 0 });
  const suggestion = useQuery({
    queryKey: ['provision.suggestPolicy'],
    queryFn: () => call('provision.suggestPolicy', {}),
    gcTime: 0,
  });
  const policies = choices.data?.policies ?? [];
  const error = suggestion.error ?? choices.error;
  return (
    <div className={styles['policy']}>
      <Radio.Group
        value={draft.policyKind}
        label={t('provision.policy')}
        onChange={(value) => change({ policyKind: value === 'existing' ? 'existing' : 'own' })}
      >
        <div className={styles['radios']}>
          <Radio value="own" label={t('walk.suggested')} description={t('provision.policyHint')} />
          <Radio value="existing" label={t('walk.existing')} disabled={policies.length === 0} />
        </div>
      </Radio.Group>
      {error !== null && <ErrorNotice tone="warning" error={toPlainError(error)} />}
      {draft.policyKind === 'own' ? (
        <Textarea
          label={t('walk.policyDocument')}
          classNames={{ input: styles['code'] ?? '' }}
          rows={8}
          value={draft.document ?? suggestion.data?.document ?? ''}
          onChange={(event) => change({ document: event.currentTarget.value })}
        />
      ) : (
        <Select
          label={t('walk.policyName')}
          value={draft.policy === '' ? null : draft.policy}
          data={[...policies]}
          searchable
          onChange={(value) => change({ policy: value ?? '' })}
        />
      )}
    </div>
  );
}

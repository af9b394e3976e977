/** What to provision: how many, under which names, with which shared parts, by which way; checked by a dry run before anything is made. */
import { NumberInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError, type PlainError } from '../../../preload/errors.ts';
import type { DryRun } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { attributesOf, FIRST_DRAFT, isPattern, wishOf, type Draft } from '../../state/provision-draft.ts';
import { call } from '../../state/window-app.ts';
import { useFormat } from '../../text/use-format.ts';
import { ProvisionDryRun } from './provision-dry-run.tsx';
import { ProvisionPolicy } from './provision-policy.tsx';
import styles from './provision.module.css';

const MOST = 5_000;

export function ProvisionForm({ onStarted }: { readonly onStarted: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [draft, setDraft] = useState<Draft>(FIRST_DRAFT);
  const [dry, setDry] = useState<DryRun | null>(null);
  const [error, setError] = useState<PlainError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const { data: catalogue } = useQuery({
    queryKey: ['stations.catalogue'],
    queryFn: () => call('stations.catalogue', {}),
    gcTime: 0,
  });
  const change = (next: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...next }));
    setDry(null);
    setError(null);
  };
  const attributes = attributesOf(draft.attributes);
  const hasPolicy = draft.policyKind === 'own' ? draft.document?.trim() !== '' : draft.policy !== '';
  const isValid = isPattern(draft.pattern) && attributes !== null && draft.count >= 1 && hasPolicy;

  const ask = async (work: () => Promise<void>) => {
    setIsBusy(true);
    setError(null);
    try {
      await work();
    } catch (thrown) {
      setError(toPlainError(thrown));
    } finally {
      setIsBusy(false);
    }
  };
  const check = () => ask(async () => setDry(await call('provision.dryRun', wishOf(draft, attributes ?? {}))));
  const start = () =>
    ask(async () => {
      await call('provision.start', wishOf(draft, attributes ?? {}));
      onStarted();
    });

  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid && !isBusy) void start();
      }}
    >
      <p className={styles['lead']}>{t('provision.manyText')}</p>
      <div className={styles['fields']}>
        <NumberInput
          label={t('provision.count')}
          value={draft.count}
          min={1}
          max={MOST}
          clampBehavior="strict"
          allowDecimal={false}
          onChange={(value) => change({ count: Number(value) })}
        />
        <TextInput
          label={t('provision.pattern')}
          description={t('provision.patternHint')}
          value={draft.pattern}
          error={isPattern(draft.pattern) ? undefined : t('provision.patternBad')}
          onChange={(event) => change({ pattern: event.currentTarget.value })}
        />
        <NumberInput
          label={t('provision.first')}
          value={draft.first}
          min={0}
          max={1_000_000}
          allowDecimal={false}
          onChange={(value) => change({ first: Number(value) })}
        />
        <Select
          label={t('provision.set')}
          value={draft.set ?? ''}
          allowDeselect={false}
          data={[
            { value: '', label: t('provision.allSets') },
            ...(catalogue?.sets ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(value) => change({ set: value === '' ? null : value })}
        />
        <TextInput
          label={t('provision.thingType')}
          description={t('provision.thingTypeHint')}
          value={draft.thingType}
          onChange={(event) => change({ thingType: event.currentTarget.value })}
        />
        <TextInput
          label={t('provision.group')}
          description={t('provision.groupHint')}
          value={draft.group}
          onChange={(event) => change({ group: event.currentTarget.value })}
        />
        <Textarea
          label={t('provision.attributes')}
          description={t('provision.attributesHint')}
          rows={3}
          value={draft.attributes}
          error={attributes === null ? t('provision.attributesBad') : undefined}
          onChange={(event) => change({ attributes: event.currentTarget.value })}
        />
      </div>
      <ProvisionPolicy draft={draft} change={change} />
      <div className={styles['way']}>
        <span className={styles['label']}>{t('provision.way')}</span>
        <SegmentedControl
          aria-label={t('provision.way')}
          value={draft.way}
          onChange={(value) => change({ way: value === 'bulk' ? 'bulk' : 'direct' })}
          data={[
            { value: 'direct', label: t('provision.direct') },
            { value: 'bulk', label: t('provision.bulk') },
          ]}
        />
        <p>{t(draft.way === 'bulk' ? 'provision.bulkText' : 'provision.directText')}</p>
      </div>
      {dry !== null && <ProvisionDryRun dry={dry} />}
      {error !== null && <ErrorNotice error={error} />}
      <div className={styles['actions']}>
        <Button disabled={!isValid || isBusy} onClick={() => void check()}>
          {t('provision.check')}
        </Button>
        <Button kind="primary" disabled={!isValid || isBusy} onClick={() => void start()}>
          {t('provision.start', { count: draft.count, amount: format.integer(draft.count) })}
        </Button>
      </div>
    </form>
  );
}

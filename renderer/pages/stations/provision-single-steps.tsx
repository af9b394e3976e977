/** The three steps of the walk in which a person chooses: thing, certificate, policy. */
import { Autocomplete, Radio, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { attributesOf } from '../../state/provision-draft.ts';
import { isThingName, type ThingDraft } from '../../state/thing-draft.ts';
import { call } from '../../state/window-app.ts';
import styles from './provision.module.css';

type StepProps = { readonly draft: ThingDraft; readonly change: (next: Partial<ThingDraft>) => void };

export function ThingStepForm({ draft, change, types }: StepProps & { readonly types: readonly string[] }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    queryKey: ['stations.catalogue'],
    queryFn: () => call('stations.catalogue', {}),
    gcTime: 0,
  });
  const stations = (data?.sets ?? []).flatMap(({ id, stations: inSet }) =>
    inSet.map((station) => ({ value: `${id}/${station.id}`, label: station.name })),
  );
  const first = stations[0]?.value ?? '';
  useEffect(() => {
    if (draft.replays === '' && first !== '') change({ replays: first });
  }, [draft.replays, first, change]);
  const rename = (name: string) => {
    // The topic follows the name as long as nobody gave it one of its own; the suggested policy names both.
    const isSuggested = draft.topic === `sensor/weather/${draft.name}`;
    change({ name, document: '', ...(isSuggested ? { topic: `sensor/weather/${name}` } : {}) });
  };
  return (
    <div className={styles['form']}>
      <p className={styles['lead']}>{t('walk.thingWhy')}</p>
      <div className={styles['fields']}>
        <TextInput
          label={t('walk.name')}
          value={draft.name}
          error={isThingName(draft.name) ? undefined : t('walk.nameBad')}
          onChange={(event) => rename(event.currentTarget.value)}
        />
        <Autocomplete
          label={t('provision.thingType')}
          description={t('provision.thingTypeHint')}
          value={draft.thingType}
          data={[...types]}
          onChange={(thingType) => change({ thingType })}
        />
        <TextInput
          label={t('walk.topic')}
          description={t('walk.topicHint')}
          value={draft.topic}
          onChange={(event) => change({ topic: event.currentTarget.value, document: '' })}
        />
        <Select
          label={t('walk.replays')}
          value={draft.replays}
          allowDeselect={false}
          data={stations}
          onChange={(value) => change({ replays: value ?? '' })}
        />
        <Textarea
          label={t('provision.attributes')}
          description={t('provision.attributesHint')}
          rows={3}
          value={draft.attributes}
          error={attributesOf(draft.attributes) === null ? t('provision.attributesBad') : undefined}
          onChange={(event) => change({ attributes: event.currentTarget.value })}
        />
      </div>
    </div>
  );
}

export function CertificateStep({ draft, change }: StepProps) {
  const { t } = useTranslation();
  const { data = [] } = useQuery({
    queryKey: ['certificates.list'],
    queryFn: () => call('certificates.list', {}),
    gcTime: 0,
  });
  const kept = data.filter(({ station }) => station === null);
  return (
    <div className={styles['form']}>
      <p className={styles['lead']}>{t('walk.certificateWhy')}</p>
      <Radio.Group
        value={draft.certificate}
        aria-label={t('walk.step.certificate')}
        onChange={(value) => change({ certificate: value === 'console' || value === 'imported' ? value : 'csr' })}
      >
        <div className={styles['radios']}>
          <Radio value="csr" label={t('walk.csr')} description={t('walk.csrText')} />
          <Radio value="console" label={t('walk.console')} description={t('walk.consoleText')} />
          <Radio
            value="imported"
            label={t('walk.imported')}
            description={t(kept.length === 0 ? 'walk.importedNone' : 'walk.importedText')}
            disabled={kept.length === 0}
          />
        </div>
      </Radio.Group>
      {draft.certificate === 'imported' && (
        <Select
          label={t('walk.importedWhich')}
          placeholder={t('walk.importedChoose')}
          value={draft.certificateId === '' ? null : draft.certificateId}
          data={kept.map((one) => ({
            value: one.certificateId,
            label: `${one.subject} (${one.certificateId.slice(0, 12)}…)`,
          }))}
          onChange={(value) => change({ certificateId: value ?? '' })}
        />
      )}
    </div>
  );
}

export function PolicyStep({ draft, change, policies }: StepProps & { readonly policies: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <div className={styles['form']}>
      <p className={styles['lead']}>{t('walk.policyWhy')}</p>
      <Radio.Group
        value={draft.policy}
        aria-label={t('walk.step.policy')}
        onChange={(value) => change({ policy: value === 'existing' ? 'existing' : 'own' })}
      >
        <div className={styles['radios']}>
          <Radio value="own" label={t('walk.suggested')} />
          <Radio value="existing" label={t('walk.existing')} disabled={policies.length === 0} />
        </div>
      </Radio.Group>
      {draft.policy === 'own' ? (
        <Textarea
          label={t('walk.policyDocument')}
          classNames={{ input: styles['code'] ?? '' }}
          rows={14}
          value={draft.document}
          onChange={(event) => change({ document: event.currentTarget.value })}
        />
      ) : (
        <Select
          label={t('walk.policyName')}
          value={draft.policyName}
          data={[...policies]}
          searchable
          onChange={(value) => change({ policyName: value ?? '' })}
        />
      )}
    </div>
  );
}

/** The course's first step as a walk: thing, certificate, policy, done. Each step says why; going back and repeating make nothing twice. */
import { Modal, Stepper } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError, type PlainError } from '../../../preload/errors.ts';
import type { ThingStep } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { attributesOf } from '../../state/provision-draft.ts';
import { FIRST_THING, isThingName, thingWishOf, type ThingDraft } from '../../state/thing-draft.ts';
import { WAIT_FOR_TARGET } from '../../state/wait-for-target.ts';
import { call } from '../../state/window-app.ts';
import { CertificateStep, PolicyStep, ThingStepForm } from './provision-single-steps.tsx';
import { ThingMade } from './provision-single-made.tsx';
import styles from './provision.module.css';

const LAST = 3;

export function ProvisionSingle({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [step, setStep] = useState(0);
  const [draft, setDraft] = useState<ThingDraft>(FIRST_THING);
  const [made, setMade] = useState<readonly ThingStep[] | null>(null);
  const [error, setError] = useState<PlainError | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const change = (next: Partial<ThingDraft>) => setDraft((before) => ({ ...before, ...next }));
  const client = useQueryClient();
  const choices = useQuery({ queryKey: ['things.choices'], queryFn: () => call('things.choices', {}), gcTime: 0 });
  const attributes = attributesOf(draft.attributes);
  const lacksCertificate = step >= 1 && draft.certificate === 'imported' && draft.certificateId === '';
  const isValid = isThingName(draft.name) && attributes !== null && draft.topic !== '' && !lacksCertificate;

  const create = async () => {
    setIsBusy(true);
    setError(null);
    try {
      setMade(await call('things.create', thingWishOf(draft, attributes ?? {})));
      setStep(LAST);
    } catch (thrown) {
      setError(toPlainError(thrown));
    } finally {
      setIsBusy(false);
    }
  };
  const next = async () => {
    setError(null);
    if (step === 1 && draft.document === '') {
      const wish = { name: draft.name, topic: draft.topic };
      setIsBusy(true);
      try {
        const { document } = await client.fetchQuery({
          queryKey: ['things.suggestPolicy', wish],
          queryFn: () => call('things.suggestPolicy', wish),
          ...WAIT_FOR_TARGET,
        });
        change({ document });
      } catch (thrown) {
        setError(toPlainError(thrown));
        return;
      } finally {
        setIsBusy(false);
      }
    }
    setStep(step + 1);
  };
  const isAllMade = made?.every(({ state }) => state === 'done') ?? false;

  return (
    <Modal
      opened
      onClose={onClose}
      size={760}
      title={t('walk.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stepper active={isAllMade ? LAST + 1 : step} size="sm" allowNextStepsSelect={false}>
        <Stepper.Step label={t('walk.step.thing')}>
          <ThingStepForm draft={draft} change={change} types={choices.data?.types ?? []} />
        </Stepper.Step>
        <Stepper.Step label={t('walk.step.certificate')}>
          <CertificateStep draft={draft} change={change} />
        </Stepper.Step>
        <Stepper.Step label={t('walk.step.policy')}>
          <PolicyStep draft={draft} change={change} policies={choices.data?.policies ?? []} />
        </Stepper.Step>
        <Stepper.Step label={t('walk.step.made')}>
          {made !== null && <ThingMade draft={draft} steps={made} onClose={onClose} />}
        </Stepper.Step>
        <Stepper.Completed>
          {made !== null && <ThingMade draft={draft} steps={made} onClose={onClose} />}
        </Stepper.Completed>
      </Stepper>
      {choices.error !== null && <ErrorNotice tone="warning" error={toPlainError(choices.error)} />}
      {error !== null && <ErrorNotice error={error} />}
      <div className={styles['actions']}>
        {step > 0 && !isAllMade && (
          <Button disabled={isBusy} onClick={() => setStep(step - 1)}>
            {t('provision.back')}
          </Button>
        )}
        {step < 2 && (
          <Button kind="primary" disabled={!isValid || isBusy} onClick={() => void next()}>
            {t('provision.next')}
          </Button>
        )}
        {step >= 2 && !isAllMade && (
          <Button kind="primary" disabled={!isValid || isBusy} onClick={() => void create()}>
            {t(step === LAST ? 'walk.again' : 'walk.create')}
          </Button>
        )}
        {isAllMade && <Button onClick={onClose}>{t('common.close')}</Button>}
      </div>
    </Modal>
  );
}

/** What the walk has made: every step with what exists, and where to go from here. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError, type PlainError } from '../../../preload/errors.ts';
import type { ThingStep } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { Icon } from '../../parts/icon.tsx';
import { goTo } from '../../state/route.ts';
import type { ThingDraft } from '../../state/thing-draft.ts';
import { FIRST_SETTINGS, subscribeTo } from '../../state/topics.ts';
import { call } from '../../state/window-app.ts';
import styles from './provision.module.css';

type ThingMadeProps = {
  readonly draft: ThingDraft;
  readonly steps: readonly ThingStep[];
  readonly onClose: () => void;
};

export function ThingMade({ draft, steps, onClose }: ThingMadeProps) {
  const { t } = useTranslation();
  const isAllMade = steps.every(({ state }) => state === 'done');
  const failure = steps.find(({ state }) => state === 'failed')?.error ?? null;
  return (
    <div className={styles['form']}>
      <p className={styles['lead']}>{isAllMade ? t('walk.made', { name: draft.name }) : t('walk.notMade')}</p>
      <ol className={styles['steps']}>
        {steps.map(({ id, state, detail }) => (
          <li key={id} data-state={state}>
            <Icon name={state === 'done' ? 'check' : state === 'failed' ? 'warning' : 'right'} size={14} />
            <span>{t(`walk.done.${id}`)}</span>
            <code>{detail === '' && id === 'type' ? t('walk.none') : detail}</code>
            <span className={styles['quiet']}>{t(`walk.stepState.${state}`)}</span>
          </li>
        ))}
      </ol>
      {failure !== null && <ErrorNotice error={failure} />}
      {isAllMade && (
        <div className={styles['wayOn']}>
          <KitButton certificateId={steps.find(({ id }) => id === 'certificate')?.detail ?? ''} />
          <Button
            icon="topics"
            onClick={() => {
              subscribeTo(draft.topic, FIRST_SETTINGS);
              goTo('topics');
              onClose();
            }}
          >
            {t('walk.openTopic')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Certificate, key, policy and programs that connect with them, as a zip where the person wants it. */
function KitButton({ certificateId }: { readonly certificateId: string }) {
  const { t } = useTranslation();
  const [error, setError] = useState<PlainError | null>(null);
  const [isSaved, setIsSaved] = useState(false);
  const save = async () => {
    setError(null);
    try {
      setIsSaved((await call('certificates.exportKit', { certificateId })).isSaved);
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  return (
    <>
      <Button onClick={() => void save()}>{t('walk.kit')}</Button>
      {isSaved && <span role="status">{t('walk.kitSaved')}</span>}
      {error !== null && <ErrorNotice error={error} />}
    </>
  );
}

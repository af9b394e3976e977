/** Builds one rule: source, test, actions, then deploy; the same rule as code beside it. */
import { TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError, type PlainError } from '../../../preload/errors.ts';
import type { RuleTrial } from '../../../preload/shapes-rules.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { notifyDone } from '../../state/notices.tsx';
import { templatesOf } from '../../state/rule-templates.ts';
import { changeForm, closeDraft, type Draft } from '../../state/rules.ts';
import { call } from '../../state/window-app.ts';
import page from '../page.module.css';
import { RuleActions } from './rule-actions.tsx';
import styles from './rule-builder.module.css';
import { RuleCopies } from './rule-copies.tsx';
import { RuleSource } from './rule-source.tsx';
import { RuleTest } from './rule-test.tsx';
import { TemplatePreviews } from './template-preview.tsx';

const TYPING_MS = 200;
const NO_PREVIEWS: RuleTrial['templates'] = [];
/** New messages arrive all the time. */
const TRY_AGAIN_MS = 2_000;

export function RuleBuilder({ draft }: { readonly draft: Draft }) {
  const { t } = useTranslation();
  const { form, isNew, pasted, suggestion } = draft;
  const [isDeploying, setIsDeploying] = useState(false);
  const [failure, setFailure] = useState<PlainError | null>(null);
  const templates = templatesOf(form);
  const [asked] = useDebouncedValue({ sql: form.sql, sqlVersion: form.sqlVersion, pasted, templates }, TYPING_MS);
  const { data: trial, error } = useQuery({
    queryKey: ['rules.try', asked],
    queryFn: () => call('rules.try', { ...asked, pasted: asked.pasted === '' ? null : asked.pasted }),
    placeholderData: keepPreviousData,
    gcTime: 0,
    refetchInterval: TRY_AGAIN_MS,
  });
  const isNamed = /^[a-zA-Z0-9_]{1,128}$/.test(form.name);
  const deploy = (): void => {
    setIsDeploying(true);
    setFailure(null);
    call('rules.put', { form, isNew }).then(
      () => {
        notifyDone(t(isNew ? 'rules.deployed' : 'rules.replaced', { name: form.name }), t('rules.deployedText'));
        closeDraft();
      },
      (thrown: unknown) => {
        setFailure(toPlainError(thrown));
        setIsDeploying(false);
      },
    );
  };
  return (
    <>
      <div className={page['toolbar']}>
        <h1 className={page['title']}>{t(isNew ? 'rules.newTitle' : 'rules.editTitle')}</h1>
        <TextInput
          className={styles['name'] ?? ''}
          aria-label={t('rules.name')}
          placeholder={t('rules.namePlaceholder')}
          value={form.name}
          disabled={!isNew}
          error={form.name !== '' && !isNamed ? t('rules.nameFault') : null}
          spellCheck={false}
          maxLength={128}
          onChange={(event) => changeForm({ name: event.currentTarget.value })}
        />
        <div className={page['push']}>
          <div className={styles['deploy']}>
            <Button onClick={closeDraft}>{t('common.cancel')}</Button>
            <Button
              kind="primary"
              icon="check"
              disabled={!isNamed || isDeploying || (trial?.error ?? null) !== null}
              onClick={deploy}
            >
              {t(isNew ? 'rules.deploy' : 'rules.replace')}
            </Button>
          </div>
        </div>
      </div>
      <div className={styles['page']}>
        {failure !== null && <ErrorNotice error={failure} />}
        {error !== null && <ErrorNotice error={toPlainError(error)} />}
        {suggestion !== null && <p className={styles['explained']}>{t(`rules.suggestion.${suggestion}.explained`)}</p>}
        <div className={styles['columns']}>
          <div className={styles['column']}>
            <RuleSource draft={draft} trial={trial ?? null} />
            <TemplatePreviews value={trial?.templates ?? NO_PREVIEWS}>
              <RuleActions form={form} />
            </TemplatePreviews>
            <RuleCopies form={form} isNamed={isNamed} />
          </div>
          <RuleTest trial={trial ?? null} pasted={pasted} />
        </div>
      </div>
    </>
  );
}

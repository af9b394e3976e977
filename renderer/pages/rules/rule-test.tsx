/** The statement on the last real messages and on a pasted one: verdict, output, and why. */
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleTrial, TrialReason, TrialVerdict } from '../../../preload/shapes-rules.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { paste } from '../../state/rules.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import styles from './rule-test.module.css';

export function RuleTest({ trial, pasted }: { readonly trial: RuleTrial | null; readonly pasted: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const verdicts = trial?.verdicts ?? [];
  const passed = verdicts.filter(({ outcome }) => outcome === 'passed').length;
  return (
    <section className={page['panel']} aria-label={t('rules.test')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('rules.test')}</h2>
        {verdicts.length > 0 && (
          <span className={styles['count']} role="status">
            {t('rules.passedOf', { passed: format.integer(passed), amount: format.integer(verdicts.length) })}
          </span>
        )}
      </div>
      <div className={styles['content']}>
        <Textarea
          label={t('rules.paste')}
          placeholder='{"air_temperature": {"value": -7.0}}'
          className={styles['paste'] ?? ''}
          autosize
          minRows={1}
          maxRows={6}
          value={pasted}
          spellCheck={false}
          onChange={(event) => paste(event.currentTarget.value)}
        />
        {trial?.error === null && verdicts.length === 0 && (
          <EmptyState small title={t('rules.noVerdicts')}>
            {t('rules.noVerdictsText', { filter: trial.topicFilter })}
          </EmptyState>
        )}
        {trial !== null && trial.error !== null && <p className={styles['quiet']}>{t('rules.mendFirst')}</p>}
        <ol className={styles['verdicts']} aria-label={t('rules.verdicts')}>
          {verdicts.map((verdict, index) => (
            <Verdict key={`${verdict.topic} ${verdict.at ?? ''} ${index}`} verdict={verdict} isFirst={index === 0} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Verdict({ verdict, isFirst }: { readonly verdict: TrialVerdict; readonly isFirst: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [isOpen, setIsOpen] = useState(isFirst);
  const { outcome, output, reason, where, absent, topic, at, payload } = verdict;
  return (
    <li data-outcome={outcome}>
      <button type="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <strong>{t(`rules.verdict.${outcome}`)}</strong>
        <span>{at === null ? t('rules.pasted') : format.clock(at)}</span>
        <code>{at === null ? payload : topic}</code>
      </button>
      {isOpen && (
        <div className={styles['why']}>
          {reason !== null && <p data-bad>{reason}</p>}
          {where.map((part, index) => (
            <Reason key={index} reason={part} />
          ))}
          {absent.map(({ text, reason: why }) => (
            <p key={text}>
              {t('rules.absent', { field: text })}
              {why !== null && ` ${why}`}
            </p>
          ))}
          {output !== null && (
            <>
              <h3>{t('rules.output')}</h3>
              {/* As it is: to read and print JSON again would make 7 of 7.0. */}
              <pre>{output}</pre>
            </>
          )}
          <h3>{t('rules.message')}</h3>
          <pre>{payload}</pre>
        </div>
      )}
    </li>
  );
}

function Reason({ reason: { text, value, operands, isConverted } }: { readonly reason: TrialReason }) {
  const { t } = useTranslation();
  const shown = value ?? t('rules.undefined');
  return (
    <p data-bad={value !== 'true' || undefined}>
      <code>{text}</code> → <strong>{shown}</strong>
      {operands.map((operand) => (
        <span key={operand.text}>
          {operand.value === null
            ? t('rules.operandUndefined', { operand: operand.text })
            : t('rules.operandIs', { operand: operand.text, value: operand.value })}
          {operand.reason !== null && ` ${operand.reason}`}
        </span>
      ))}
      {isConverted && <span>{t('rules.converted')}</span>}
    </p>
  );
}

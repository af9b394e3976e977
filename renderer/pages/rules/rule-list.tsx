/** Every rule of the target: a switch, what it has counted, each of its actions, and what failed last. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ListedAction, ListedRule } from '../../../preload/shapes-rules.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { notifyError } from '../../state/notices.tsx';
import { editRule } from '../../state/rules.ts';
import { call } from '../../state/window-app.ts';
import { MISSING } from '../../text/format.ts';
import { useFormat } from '../../text/use-format.ts';
import page from '../page.module.css';
import { RuleFailed } from './rule-failed.tsx';
import styles from './rule-list.module.css';
import { RuleMessages } from './rule-messages.tsx';

export function RuleList({ rules }: { readonly rules: readonly ListedRule[] }) {
  const { t } = useTranslation();
  const [removed, setRemoved] = useState<string | null>(null);
  const [followed, setFollowed] = useState<string | null>(null);
  return (
    <>
      <ul className={styles['list']} aria-label={t('rules.list')}>
        {rules.map((rule) => (
          <RuleCard
            key={rule.form.name}
            rule={rule}
            onRemove={() => setRemoved(rule.form.name)}
            onFollow={() => setFollowed(rule.form.name)}
          />
        ))}
      </ul>
      {removed !== null && (
        <Confirm
          isDanger
          title={t('rules.removeTitle', { name: removed })}
          text={t('rules.removeText')}
          action={t('rules.remove')}
          onConfirm={() => void call('rules.remove', { name: removed }).catch(notifyError)}
          onClose={() => setRemoved(null)}
        />
      )}
      {followed !== null && <RuleMessages name={followed} onClose={() => setFollowed(null)} />}
    </>
  );
}

type RuleCardProps = {
  readonly rule: ListedRule;
  readonly onRemove: () => void;
  readonly onFollow: () => void;
};

function RuleCard({ rule, onRemove, onFollow }: RuleCardProps) {
  const { t } = useTranslation();
  const [isBusy, setIsBusy] = useState(false);
  const { form, isEditable, actions, counts, failure } = rule;
  const { name, isEnabled } = form;
  const toggle = (): void => {
    setIsBusy(true);
    call('rules.setEnabled', { name, isEnabled: !isEnabled })
      .catch(notifyError)
      .finally(() => setIsBusy(false));
  };
  return (
    <li className={page['panel']} aria-label={name} data-off={!isEnabled || undefined}>
      <div className={page['panelHead']}>
        <Switch
          size="xs"
          checked={isEnabled}
          disabled={isBusy}
          aria-label={t('rules.enabled', { name })}
          onChange={toggle}
        />
        <h2 className={styles['name']}>{name}</h2>
        {!isEnabled && <span className={styles['off']}>{t('rules.off')}</span>}
        <div className={styles['tools']}>
          <Button small icon="pulse" onClick={onFollow}>
            {t('rules.messages')}
          </Button>
          <Button
            small
            icon="braces"
            disabled={!isEditable}
            title={isEditable ? undefined : t('rules.notEditable')}
            onClick={() => editRule(form)}
          >
            {t('rules.edit')}
          </Button>
          <IconButton icon="trash" label={t('rules.removeOf', { name })} onClick={onRemove} />
        </div>
      </div>
      <div className={styles['content']}>
        <pre>{form.sql}</pre>
        <dl>
          {(['matched', 'passed', 'delivered', 'failed'] as const).map((counter) => (
            <Count
              key={counter}
              name={t(`lake.counter.${counter}`)}
              value={counts?.[counter] ?? null}
              isBad={counter === 'failed'}
            />
          ))}
        </dl>
        <ul className={styles['actions']} aria-label={t('rules.actions')}>
          {actions.map((action, index) => (
            <ActionLine key={index} rule={rule} action={action} />
          ))}
          {actions.length === 0 && <li>{t('trace.noAction')}</li>}
        </ul>
        {!isEditable && <p className={styles['quiet']}>{t('rules.notEditable')}</p>}
        {failure?.action === null && <RuleFailed rule={rule} failure={failure} />}
      </div>
    </li>
  );
}

type CountProps = { readonly name: string; readonly value: number | null; readonly isBad: boolean };

function Count({ name, value, isBad }: CountProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div
      data-bad={(isBad && value !== null && value > 0) || undefined}
      title={value === null ? t('lake.notTold') : undefined}
    >
      <dt>{name}</dt>
      <dd>{value === null ? MISSING : format.integer(value)}</dd>
    </div>
  );
}

type ActionLineProps = { readonly rule: ListedRule; readonly action: ListedAction };

function ActionLine({ rule, action: { kind, target, isErrorAction, counts, failure } }: ActionLineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <strong>{t(`rules.kind.${kindOf(kind)}`)}</strong>
      <code>{target}</code>
      {isErrorAction && <em>{t('rules.errorAction')}</em>}
      {counts !== null && (
        <span data-bad={counts.failed > 0 || undefined}>
          {t('rules.actionCounts', {
            delivered: format.integer(counts.delivered),
            failed: format.integer(counts.failed),
          })}
        </span>
      )}
      {failure !== null && <RuleFailed rule={rule} failure={failure} />}
    </li>
  );
}

const KINDS = ['firehose', 's3', 'dynamoDBv2', 'dynamoDB', 'republish'] as const;

function kindOf(name: string): (typeof KINDS)[number] | 'other' {
  return KINDS.find((kind) => kind === name) ?? 'other';
}

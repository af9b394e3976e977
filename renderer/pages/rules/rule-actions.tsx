/** What a rule does with what it selects: its actions, and the one for when they fail. */
import { Autocomplete, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RuleActionForm, RuleForm } from '../../../preload/shapes-rules.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import {
  addAction,
  blankAction,
  changeAction,
  changeForm,
  removeAction,
  rolesOf,
  useRules,
} from '../../state/rules.ts';
import page from '../page.module.css';
import { ActionFields } from './action-fields.tsx';
import styles from './rule-builder.module.css';

const KINDS: readonly RuleActionForm['kind'][] = ['firehose', 's3', 'dynamoDBv2', 'dynamoDB', 'republish'];
/** AWS allows no more. */
const MOST_ACTIONS = 10;

export function RuleActions({ form }: { readonly form: RuleForm }) {
  const { t } = useTranslation();
  const { actions, errorAction, roleArn, sql } = form;
  return (
    <section className={page['panel']} aria-label={t('rules.actions')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('rules.actions')}</h2>
      </div>
      <div className={styles['content']}>
        {actions.map((action, index) => (
          <ActionCard
            key={index}
            label={t('rules.actionNumber', { number: index + 1 })}
            action={action}
            sql={sql}
            onChange={(changed) => changeAction(index, changed)}
            onRemove={() => removeAction(index)}
          />
        ))}
        {errorAction !== null && (
          <ActionCard
            label={t('rules.errorAction')}
            action={errorAction}
            sql={sql}
            onChange={(changed) => changeForm({ errorAction: changed })}
            onRemove={() => changeForm({ errorAction: null })}
          />
        )}
        <div className={styles['add']}>
          <Button
            small
            kind="quiet"
            icon="plus"
            disabled={actions.length >= MOST_ACTIONS}
            onClick={() => addAction(blankAction('s3', sql))}
          >
            {t('rules.addAction')}
          </Button>
          {errorAction === null && (
            <Button
              small
              kind="quiet"
              icon="warning"
              onClick={() => changeForm({ errorAction: blankAction('s3', sql) })}
            >
              {t('rules.addErrorAction')}
            </Button>
          )}
        </div>
        <RoleField value={roleArn} />
      </div>
    </section>
  );
}

/** A role that rules of this target act as, or any other by its ARN: the target may not let anybody list its roles. */
function RoleField({ value }: { readonly value: string }) {
  const { t } = useTranslation();
  const state = useRules((rules) => rules.state);
  const isArn = /^arn:[^:]+:iam::\d{12}:role\/.+$/.test(value);
  return (
    <Autocomplete
      label={t('rules.role')}
      description={t('rules.roleText')}
      className={styles['mono'] ?? ''}
      data={[...rolesOf(state)]}
      value={value}
      error={isArn ? null : t('rules.roleFault')}
      spellCheck={false}
      // There are few, and what is chosen already must not narrow them.
      filter={({ options }) => options}
      onChange={(roleArn) => changeForm({ roleArn: roleArn.trim() })}
    />
  );
}

type ActionCardProps = {
  readonly label: string;
  readonly action: RuleActionForm;
  readonly sql: string;
  readonly onChange: (action: RuleActionForm) => void;
  readonly onRemove: () => void;
};

function ActionCard({ label, action, sql, onChange, onRemove }: ActionCardProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={styles['action']} aria-label={label}>
      <div className={styles['actionHead']}>
        <span aria-hidden="true">{label}</span>
        <NativeSelect
          aria-label={t('rules.kindOf', { action: label })}
          data={KINDS.map((kind) => ({ value: kind, label: t(`rules.kind.${kind}`) }))}
          value={action.kind}
          onChange={(event) => {
            const kind = KINDS.find((known) => known === event.currentTarget.value);
            if (kind !== undefined) onChange(blankAction(kind, sql));
          }}
        />
        <IconButton icon="trash" label={t('rules.removeAction', { action: label })} onClick={onRemove} />
      </div>
      <ActionFields action={action} sql={sql} onChange={onChange} />
    </fieldset>
  );
}

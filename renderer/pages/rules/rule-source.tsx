/** Where the messages come from and what is kept of them: rows and SQL, always the same statement. */
import { Autocomplete, SegmentedControl, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RuleRows, RuleTrial } from '../../../preload/shapes-rules.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { changeForm, changeRows, writeRuleSql, type Draft } from '../../state/rules.ts';
import page from '../page.module.css';
import { SqlEditor } from '../query/sql-editor.tsx';
import { ConditionRows } from './condition-rows.tsx';
import styles from './rule-builder.module.css';

export function RuleSource({ draft, trial }: { readonly draft: Draft; readonly trial: RuleTrial | null }) {
  const { t } = useTranslation();
  const { form } = draft;
  const rows = draft.rows ?? trial?.rows ?? null;
  const fault = trial?.error ?? null;
  const fields = trial?.fields ?? [];
  return (
    <section className={page['panel']} aria-label={t('rules.source')}>
      <div className={page['panelHead']}>
        <h2 className={page['panelTitle']}>{t('rules.source')}</h2>
        <div className={styles['version']}>
          <SegmentedControl
            aria-label={t('rules.version')}
            data={['2015-10-08', '2016-03-23']}
            value={form.sqlVersion}
            onChange={(value) => changeForm({ sqlVersion: value === '2015-10-08' ? '2015-10-08' : '2016-03-23' })}
          />
        </div>
      </div>
      <div className={styles['content']}>
        {rows !== null ? (
          <>
            <TextInput
              label={t('rules.topicFilter')}
              className={styles['mono'] ?? ''}
              value={rows.topicFilter}
              spellCheck={false}
              onChange={(event) => changeRows({ ...rows, topicFilter: event.currentTarget.value.replaceAll("'", '') })}
            />
            <ColumnRows rows={rows} fields={fields} />
            <ConditionRows rows={rows} fields={fields} />
          </>
        ) : (
          fault === null && trial !== null && <p className={styles['quiet']}>{t('rules.onlySql')}</p>
        )}
        <div className={styles['editor']}>
          <SqlEditor
            label={t('rules.sql')}
            sql={form.sql}
            tables={NO_TABLES}
            fault={fault === null ? null : { line: fault.line, column: fault.column, reason: fault.message }}
            onChange={writeRuleSql}
            onRun={ignore}
          />
        </div>
        {fault !== null && <ErrorNotice error={{ message: fault.message }} />}
      </div>
    </section>
  );
}

const NO_TABLES = [] as const;
/** A rule is tried by itself whenever it changes. */
const ignore = (): void => undefined;

type RowsProps = { readonly rows: RuleRows; readonly fields: RuleTrial['fields'] };

/** The fields that SELECT keeps, each with its name in the result. */
function ColumnRows({ rows, fields }: RowsProps) {
  const { t } = useTranslation();
  const { columns } = rows;
  const set = (index: number, change: Partial<(typeof columns)[number]>): void =>
    changeRows({ ...rows, columns: columns.map((column, at) => (at === index ? { ...column, ...change } : column)) });
  return (
    <fieldset className={styles['rows']}>
      <legend>{t('rules.columns')}</legend>
      {columns.map(({ field, alias }, index) => (
        <div key={index} className={styles['columnRow']}>
          <Autocomplete
            aria-label={t('rules.field', { number: index + 1 })}
            data={['*', ...fields.map(({ path }) => path)]}
            value={field}
            spellCheck={false}
            maxDropdownHeight={260}
            onChange={(value) => set(index, { field: value })}
          />
          <span aria-hidden="true">AS</span>
          <TextInput
            aria-label={t('rules.alias', { number: index + 1 })}
            placeholder={field === '*' ? t('rules.allFields') : (field.split('.').at(-1) ?? '')}
            value={alias}
            spellCheck={false}
            onChange={(event) => set(index, { alias: event.currentTarget.value.trim() })}
          />
          <IconButton
            icon="close"
            label={t('rules.removeField', { number: index + 1 })}
            disabled={columns.length === 1}
            onClick={() => changeRows({ ...rows, columns: columns.filter((_column, at) => at !== index) })}
          />
        </div>
      ))}
      <div className={styles['add']}>
        <Button
          small
          kind="quiet"
          icon="plus"
          onClick={() => changeRows({ ...rows, columns: [...columns, { field: '', alias: '' }] })}
        >
          {t('rules.addField')}
        </Button>
        {fields.length === 0 && <span className={styles['quiet']}>{t('rules.noSamples')}</span>}
      </div>
    </fieldset>
  );
}

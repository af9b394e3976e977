/** The rules as main tells them, and the one that is being built. */
import { create } from 'zustand';
import type { PlainError } from '../../preload/errors.ts';
import type { RuleActionForm, RuleForm, RuleRows, RulesState } from '../../preload/shapes-rules.ts';
import { printRows } from './rule-rows.ts';
import { useSettings } from './settings.ts';
import { watch } from './window-app.ts';

export type Draft = {
  readonly form: RuleForm;
  /** False while a rule that exists is changed, which cannot change its name. */
  readonly isNew: boolean;
  /** As they are edited; null while the SQL is, which then says what the rows are. */
  readonly rows: RuleRows | null;
  readonly pasted: string;
  /** Says in place what a suggested rule is for. */
  readonly suggestion: Suggestion | null;
};

export type Suggestion = 'firehose' | 'dynamoDB';

type Rules = {
  readonly state: RulesState | null;
  readonly error: PlainError | null;
  readonly draft: Draft | null;
};

export const useRules = create<Rules>()(() => ({ state: null, error: null, draft: null }));

/** The rules are asked for only while the page shows them. */
export function watchRules(): () => void {
  return watch(
    'rules.state',
    {},
    {
      batch: (state) => useRules.setState({ state, error: state.error }),
      error: (error) => useRules.setState({ error }),
    },
  );
}

/** The course's role first, then those that other rules of the target act as. */
export function rolesOf(state: RulesState | null): readonly string[] {
  if (state === null) return [];
  const used = (state.rules ?? []).map(({ form }) => form.roleArn);
  return [...new Set([state.roleArn, ...used])].filter((role) => role !== '');
}

const TOPICS = 'sensor/weather/#';
const ALL_FIELDS = `SELECT *\nFROM '${TOPICS}'`;

/** Whether what the statement passes on ends with a newline: `SELECT *` alone leaves a message as the stations wrote it. */
export function endsWithNewline(sql: string, finalNewline: boolean): boolean {
  return finalNewline && /^\s*SELECT\s+\*\s+FROM\s/i.test(sql);
}

/** @param sql the statement of the rule that gets the action. */
export function blankAction(kind: RuleActionForm['kind'], sql: string): RuleActionForm {
  switch (kind) {
    case 'firehose': {
      const { finalNewline } = useSettings.getState().settings;
      const separator = endsWithNewline(sql, finalNewline) ? '' : '\n';
      return { kind, stream: useRules.getState().state?.courseStream ?? '', separator };
    }
    case 's3':
      return { kind, bucket: '', key: '${topic()}/${timestamp()}.json' };
    case 'dynamoDBv2':
      return { kind, table: '' };
    case 'dynamoDB':
      return {
        kind,
        table: '',
        hashKeyField: '',
        hashKeyValue: '',
        rangeKeyField: '',
        rangeKeyValue: '',
        payloadField: '',
      };
    case 'republish':
      return { kind, topic: '', qos: 0 };
  }
}

function open(form: Pick<RuleForm, 'name' | 'sql' | 'actions'>, suggestion: Suggestion | null): void {
  const roleArn = useRules.getState().state?.roleArn ?? '';
  useRules.setState({
    draft: {
      form: { description: '', sqlVersion: '2016-03-23', isEnabled: true, errorAction: null, roleArn, ...form },
      isNew: true,
      rows: null,
      pasted: '',
      suggestion,
    },
  });
}

export function newRule(): void {
  open({ name: '', sql: ALL_FIELDS, actions: [blankAction('firehose', ALL_FIELDS)] }, null);
}

/** The two rules of the course. */
export function suggestRule(suggestion: Suggestion): void {
  if (suggestion === 'firehose') {
    open({ name: 'weather_to_firehose', sql: ALL_FIELDS, actions: [blankAction('firehose', ALL_FIELDS)] }, suggestion);
    return;
  }
  const columns = [
    { field: 'weather_station', alias: 'station_id' },
    { field: 'time', alias: 'observed_at' },
    { field: 'air_temperature.value', alias: 'temperature' },
    { field: 'wind_speed.value', alias: 'wind' },
  ];
  const sql = printRows({
    columns,
    topicFilter: TOPICS,
    joined: 'AND',
    conditions: [{ field: 'air_temperature.value', operator: '<', value: '-5' }],
  });
  open({ name: 'cold_to_dynamodb', sql, actions: [{ kind: 'dynamoDBv2', table: 'isobar-cold' }] }, suggestion);
}

export function editRule(form: RuleForm): void {
  useRules.setState({ draft: { form, isNew: false, rows: null, pasted: '', suggestion: null } });
}

export function closeDraft(): void {
  useRules.setState({ draft: null });
}

function change(changed: (draft: Draft) => Draft): void {
  useRules.setState(({ draft }) => ({ draft: draft === null ? null : changed(draft) }));
}

export function changeForm(form: Partial<RuleForm>): void {
  change((draft) => ({ ...draft, form: { ...draft.form, ...form } }));
}

export function writeRuleSql(sql: string): void {
  change((draft) => (draft.form.sql === sql ? draft : { ...draft, rows: null, form: { ...draft.form, sql } }));
}

export function changeRows(rows: RuleRows): void {
  change((draft) => ({ ...draft, rows, form: { ...draft.form, sql: printRows(rows) } }));
}

export function paste(pasted: string): void {
  change((draft) => ({ ...draft, pasted }));
}

export function changeAction(index: number, action: RuleActionForm): void {
  change((draft) => ({
    ...draft,
    form: { ...draft.form, actions: draft.form.actions.map((other, at) => (at === index ? action : other)) },
  }));
}

export function addAction(action: RuleActionForm): void {
  change((draft) => ({ ...draft, form: { ...draft.form, actions: [...draft.form.actions, action] } }));
}

export function removeAction(index: number): void {
  change((draft) => ({
    ...draft,
    form: { ...draft.form, actions: draft.form.actions.filter((_action, at) => at !== index) },
  }));
}

/** CodeMirror as an SQL editor: completion of the tables at hand, Ctrl/Cmd-Enter, and the error where the engine saw it. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { PostgreSQL, sql as sqlLanguage } from '@codemirror/lang-sql';
import { bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, type DecorationSet } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { TableInfo } from '../../../preload/shapes.ts';
import { nonce } from '../../styles/nonce.ts';
import styles from './query-page.module.css';
import { sqlColours, sqlTheme } from './sql-theme.ts';

export type Fault = { readonly line: number; readonly column: number; readonly reason: string };

type SqlEditorProps = {
  readonly label: string;
  readonly sql: string;
  readonly tables: readonly TableInfo[];
  readonly fault: Fault | null;
  readonly onChange: (sql: string) => void;
  readonly onRun: () => void;
};

const setFault = StateEffect.define<Fault | null>();

/** Marks the word at the fault until the statement changes. */
const faultMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(setFault)) return effect.value === null ? Decoration.none : markOf(transaction.state, effect.value);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function markOf({ doc }: EditorState, { line, column, reason }: Fault): DecorationSet {
  if (line < 1 || line > doc.lines) return Decoration.none;
  const { from, to, text } = doc.line(line);
  const start = Math.min(from + Math.max(0, column - 1), to);
  const word = /^[\w"']+/.exec(text.slice(start - from))?.[0].length ?? 1;
  const whole = Decoration.line({ class: 'cm-fault-line' }).range(from);
  if (start === to) return Decoration.set([whole]);
  const mark = Decoration.mark({ class: 'cm-fault', attributes: { title: reason } });
  return Decoration.set([whole, mark.range(start, Math.min(start + word, to))]);
}

/** The editor on the page, so that the catalogue can write into it. */
let current: EditorView | null = null;

export function insertIntoEditor(text: string): void {
  if (current === null) return;
  current.dispatch(current.state.replaceSelection(text));
  current.focus();
}

function languageOf(tables: readonly TableInfo[]) {
  const schema = Object.fromEntries(
    tables.map(({ name, columns, partitionKeys }) => [
      name,
      [...columns, ...partitionKeys].map((column) => column.name),
    ]),
  );
  return sqlLanguage({ dialect: PostgreSQL, schema, upperCaseKeywords: true });
}

export function SqlEditor({ label, sql, tables, fault, onChange, onRun }: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const language = useRef(new Compartment());
  const handlers = useRef({ onChange, onRun });
  useEffect(() => {
    handlers.current = { onChange, onRun };
  });

  useEffect(() => {
    const parent = place.current;
    if (parent === null) return undefined;
    const run = () => {
      handlers.current.onRun();
      return true;
    };
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: sql,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({ icons: false }),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
          language.current.of(languageOf([])),
          syntaxHighlighting(sqlColours),
          sqlTheme,
          faultMark,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    current = editor;
    return () => {
      editor.destroy();
      view.current = null;
      current = null;
    };
    // The editor is made once for a label; text, tables and fault are brought in by the effects below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === sql) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: sql } });
  }, [sql]);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(languageOf(tables)) });
  }, [tables, label]);

  useEffect(() => {
    view.current?.dispatch({ effects: setFault.of(fault) });
    // The same place again is the same mark.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [fault?.line, fault?.column, fault?.reason]);

  return <div ref={place} className={styles['editor']} />;
}

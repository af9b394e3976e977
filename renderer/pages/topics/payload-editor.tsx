/** CodeMirror for a payload: JSON coloured, the place marked where it stops being JSON; any other text may stand there too. */
import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { EditorState, StateEffect, StateField } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, type DecorationSet } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { nonce } from '../../styles/nonce.ts';
import { sqlColours, sqlTheme } from '../query/sql-theme.ts';
import styles from './publish-box.module.css';

type Props = {
  readonly label: string;
  readonly text: string;
  /** Where it stops being JSON; null when it is JSON or need not be. */
  readonly faultAt: number | null;
  readonly onChange: (text: string) => void;
};

const setFault = StateEffect.define<number | null>();

const faultMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    for (const effect of transaction.effects) {
      if (!effect.is(setFault)) continue;
      const { doc } = transaction.state;
      if (effect.value === null || effect.value >= doc.length) return Decoration.none;
      return Decoration.set([Decoration.mark({ class: 'cm-fault' }).range(effect.value, effect.value + 1)]);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const json = StreamLanguage.define<null>({
  startState: () => null,
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"(?=\s*:)/)) return 'keyword';
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
    if (stream.match(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/)) return 'number';
    if (stream.match(/^(?:true|false|null)\b/)) return 'atom';
    stream.next();
    return null;
  },
});

export function PayloadEditor({ label, text, faultAt, onChange }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  });

  useEffect(() => {
    if (place.current === null) return undefined;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          // Tab leaves the editor, as everywhere in a form.
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
          json,
          syntaxHighlighting(sqlColours),
          sqlTheme,
          faultMark,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
    // The editor is made once for a label; the text is brought in by the effect below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [label]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({ effects: setFault.of(faultAt) });
  }, [faultAt, text]);

  return <div ref={place} className={styles['editor']} />;
}

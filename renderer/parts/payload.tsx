/** A payload as text one can read: JSON is set in lines, anything else as it is. */
import type { ReactNode } from 'react';
import styles from './payload.module.css';
import { prettyJson } from './pretty-json.ts';

type PayloadProps = { readonly heading: ReactNode; readonly text: string; readonly action: ReactNode };

export function Payload({ heading, text, action }: PayloadProps) {
  return (
    <div className={styles['payload']}>
      <div className={styles['head']}>
        <p>{heading}</p>
        {action}
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a long text must be reachable by keyboard to be scrolled */}
      <pre tabIndex={0}>{prettyJson(text).split(TOKEN).map(colour)}</pre>
    </div>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*"(?:\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b)/;

function colour(piece: string, index: number): ReactNode {
  if (index % 2 === 0) return piece;
  const kind = piece.endsWith(':') ? 'key' : piece.startsWith('"') ? 'text' : 'value';
  return (
    <span key={index} className={styles[kind]}>
      {piece}
    </span>
  );
}

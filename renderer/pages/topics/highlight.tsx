/** A text with what was searched for marked. */
import { highlighted } from '../../state/topic-list.ts';

export function Highlight({ text, search }: { readonly text: string; readonly search: string }) {
  const pieces = highlighted(text, search);
  if (pieces.length === 1) return <>{text}</>;
  return <>{pieces.map((piece, index) => (index % 2 === 1 ? <mark key={index}>{piece}</mark> : piece))}</>;
}

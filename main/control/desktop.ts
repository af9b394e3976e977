/** What answers the window's calls is made of: a function for each call, and what only a desktop can do. */
import type { CallInput, CallName, CallOutput } from '../../preload/contract.ts';
import type { AppInfo, Settings } from '../../preload/shapes.ts';
import type { ChooseSaveFile } from './topics.ts';

export type Handlers = {
  readonly [Name in CallName]: (input: CallInput<Name>) => CallOutput<Name> | Promise<CallOutput<Name>>;
};

/** What only a desktop can do. */
export type Desktop = {
  readonly settings: { readonly get: () => Settings; readonly set: (change: CallInput<'settings.set'>) => Settings };
  readonly copyText: (text: string) => void | Promise<void>;
  readonly chooseFiles: () => Promise<readonly string[]>;
  readonly chooseSaveFile: ChooseSaveFile;
  readonly about: AppInfo;
};

/** The port of a process room to whoever started it: Electron's utility process or a forked Node process. */
import type { Port } from './rpc.ts';

type ElectronParentPort = {
  postMessage: (message: unknown) => void;
  on: (event: 'message', listener: (event: { readonly data: unknown }) => void) => void;
};

/** Throws when the file is run by hand: a process room has no life of its own. */
export function parentPort(): Port {
  const electronPort = (process as { parentPort?: ElectronParentPort }).parentPort;
  if (electronPort !== undefined && electronPort !== null) {
    return {
      post: (message) => electronPort.postMessage(message),
      onMessage: (listener) => electronPort.on('message', (event) => listener(event.data)),
      // Electron ends the utility process together with its parent; there is nobody left to tell.
      onClose: () => undefined,
    };
  }
  if (process.send === undefined)
    throw new Error("This file is one of Isobar's processes; start it through `npm start` or `npm run isobar`.");
  const send = process.send.bind(process);
  return {
    post: (message) => {
      if (process.connected) send(message);
    },
    onMessage: (listener) => process.on('message', listener),
    onClose: (listener) => process.on('disconnect', listener),
  };
}

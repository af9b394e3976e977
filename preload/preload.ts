/** What the window gets of the outside: three functions. Sandboxed, one CommonJS file; all checking is done in main. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { PlainError } from './errors.ts';

type Incoming = { readonly batch: unknown } | { readonly error: PlainError };

contextBridge.exposeInMainWorld('isobar', {
  call: (name: unknown, input: unknown): Promise<unknown> => ipcRenderer.invoke('isobar:call', name, input),

  open: (name: unknown, input: unknown, onBatch: (batch: unknown) => void, onError: (error: PlainError) => void) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<Incoming>) => {
      if ('error' in data) {
        onError(data.error);
        return;
      }
      onBatch(data.batch);
      port1.postMessage('acknowledged');
    };
    ipcRenderer.postMessage('isobar:open', { name, input }, [port2]);
    return () => {
      port1.postMessage('close');
      port1.close();
    };
  },

  // The page hands over File objects; only the border learns where they lie. Electron before 29 has File.path instead of webUtils.
  drop: (files: readonly (File & { readonly path?: string })[]): Promise<unknown> => {
    const pathOf = (file: File & { readonly path?: string }) =>
      (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? file.path ?? '';
    return ipcRenderer.invoke(
      'isobar:drop',
      files.map((file) => ({ name: file.name, path: pathOf(file) })),
    );
  },
});

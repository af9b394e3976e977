/**
 * Typed request, reply and event over any message port (Electron utility process, forked Node process, in-memory pair).
 * Symmetric: each end serves its own calls and may call the other's.
 */
import { AppError, fromPlainError, toPlainError, type PlainError } from '../preload/errors.ts';

export type Port = {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => void;
  readonly onClose: (listener: () => void) => void;
};

/** What one end of a port offers: functions it answers and events it reports. */
export type Side = {
  readonly calls: Record<string, (input: never) => unknown>;
  readonly events: Record<string, unknown>;
};

/** An end that answers nothing and reports nothing. */
export type Listener = { readonly calls: Record<string, never>; readonly events: Record<string, never> };

type Served<S extends Side> = {
  readonly [Name in keyof S['calls']]: (
    input: Parameters<S['calls'][Name]>[0],
  ) => ReturnType<S['calls'][Name]> | Promise<Awaited<ReturnType<S['calls'][Name]>>>;
};

export type Rpc<Remote extends Side, Local extends Side> = {
  /** Rejects with the other end's AppError, with `process.gone` when the port closes, `process.timeout` past `timeoutMs`. */
  readonly call: <Name extends keyof Remote['calls'] & string>(
    name: Name,
    input: Parameters<Remote['calls'][Name]>[0],
    options?: { readonly timeoutMs?: number },
  ) => Promise<Awaited<ReturnType<Remote['calls'][Name]>>>;
  /** Heartbeat: resolves when the other end's event loop turns; rejects like `call`. */
  readonly ping: (timeoutMs: number) => Promise<void>;
  readonly emit: <Name extends keyof Local['events'] & string>(name: Name, value: Local['events'][Name]) => void;
  /** Returns the function that stops listening. */
  readonly on: <Name extends keyof Remote['events'] & string>(
    name: Name,
    listener: (value: Remote['events'][Name]) => void,
  ) => () => void;
};

type Packet =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError }
  | { readonly kind: 'event'; readonly name: string; readonly value: unknown }
  | { readonly kind: 'ping'; readonly id: number };

type Pending = {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
};

/** `onBug` hears of unexpected throws in served calls; expected AppErrors only travel to the caller. */
export function openRpc<Remote extends Side, Local extends Side>(
  port: Port,
  served: Served<Local>,
  onBug: (name: string, error: unknown) => void = () => undefined,
): Rpc<Remote, Local> {
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(value: never) => void>>();
  let nextId = 1;
  let isClosed = false;

  const answer = async (id: number, name: string, input: unknown): Promise<void> => {
    try {
      const handler = Object.hasOwn(served, name) ? served[name] : undefined;
      if (handler === undefined) throw new AppError('rpc.unknownCall', `The call "${name}" does not exist.`);
      const value: unknown = await handler(input as never);
      post({ kind: 'result', id, value });
    } catch (error) {
      const plain = toPlainError(error);
      if (plain.code === 'bug') onBug(name, error);
      post({ kind: 'error', id, error: plain });
    }
  };

  const post = (packet: Packet): void => {
    if (!isClosed) port.post(packet);
  };

  const settle = (id: number, finish: (entry: Pending) => void): void => {
    const entry = pending.get(id);
    if (entry === undefined) return;
    pending.delete(id);
    clearTimeout(entry.timer);
    finish(entry);
  };

  port.onMessage((message) => {
    const packet = message as Packet;
    switch (packet.kind) {
      case 'call':
        void answer(packet.id, packet.name, packet.input);
        break;
      case 'result':
        settle(packet.id, (entry) => entry.resolve(packet.value as never));
        break;
      case 'error':
        settle(packet.id, (entry) => entry.reject(fromPlainError(packet.error)));
        break;
      case 'ping':
        post({ kind: 'result', id: packet.id, value: null });
        break;
      case 'event':
        for (const listener of listeners.get(packet.name) ?? []) listener(packet.value as never);
        break;
    }
  });

  port.onClose(() => {
    isClosed = true;
    for (const id of [...pending.keys()]) {
      settle(id, (entry) => entry.reject(gone()));
    }
  });

  const ask = (what: string, packet: (id: number) => Packet, timeoutMs: number | undefined): Promise<never> =>
    new Promise((resolve, reject) => {
      if (isClosed) {
        reject(gone());
        return;
      }
      const id = nextId++;
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              const late = new AppError('process.timeout', `"${what}" got no answer within ${timeoutMs} ms.`);
              settle(id, (entry) => entry.reject(late));
            }, timeoutMs);
      pending.set(id, { resolve, reject, timer });
      post(packet(id));
    });

  return {
    call: (name, input, options = {}) => ask(name, (id) => ({ kind: 'call', id, name, input }), options.timeoutMs),
    ping: async (timeoutMs) => {
      await ask('ping', (id) => ({ kind: 'ping', id }), timeoutMs);
    },
    emit: (name, value) => post({ kind: 'event', name, value }),
    on: (name, listener) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener as (value: never) => void);
      return () => set.delete(listener as (value: never) => void);
    },
  };
}

function gone(): AppError {
  return new AppError('process.gone', 'The process that should answer has stopped.');
}

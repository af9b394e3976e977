/** The window is a page that may do nothing but ask main; the lab answers nobody who does not sign. One test per wall. */
import { request } from 'node:http';
import { expect, test } from './app.ts';

type Bridge = {
  readonly isobar: {
    readonly call: (name: string, input: unknown) => Promise<unknown>;
    readonly open: (
      name: string,
      input: unknown,
      onBatch: (batch: unknown) => void,
      onError: (error: unknown) => void,
    ) => () => void;
  };
};

test('the window has no Node and no Electron', async ({ isobar }) => {
  const reach = await isobar.page.evaluate(() => ({
    require: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
    module: typeof (globalThis as { module?: unknown }).module,
    bridge: Object.keys((globalThis as unknown as Bridge).isobar).sort(),
  }));
  expect(reach).toEqual({
    require: 'undefined',
    process: 'undefined',
    module: 'undefined',
    bridge: ['call', 'drop', 'open'],
  });
  const preferences = await isobar.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences: () => { sandbox: boolean; contextIsolation: boolean; nodeIntegration: boolean };
    };
    const { sandbox, contextIsolation, nodeIntegration } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration };
  });
  expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false });
});

test('unknown calls, unknown streams and bad input are refused', async ({ isobar }) => {
  const ask = (name: string, input: unknown) =>
    isobar.page.evaluate(([n, i]) => (globalThis as unknown as Bridge).isobar.call(n as string, i), [
      name,
      input,
    ] as const);
  expect(await ask('files.read', { path: '/etc/passwd' })).toMatchObject({
    ok: false,
    error: { code: 'ipc.unknownCall' },
  });
  expect(await ask('constructor', {})).toMatchObject({ ok: false, error: { code: 'ipc.unknownCall' } });
  expect(await ask('stations.setSpeed', { ids: ['x'], speed: 1e9 })).toMatchObject({
    ok: false,
    error: { code: 'ipc.badInput' },
  });
  expect(await ask('app.info', { extra: true })).toMatchObject({ ok: false, error: { code: 'ipc.badInput' } });
  const refused = await isobar.page.evaluate(
    () =>
      new Promise(
        (resolve) => void (globalThis as unknown as Bridge).isobar.open('secrets', {}, () => undefined, resolve),
      ),
  );
  expect(refused).toMatchObject({ code: 'ipc.unknownStream' });
});

test('the page cannot leave, open windows, or reach the network', async ({ isobar }) => {
  const { page, app } = isobar;
  const home = page.url();
  await page.evaluate(() => {
    location.href = 'https://example.org/?app://isobar';
  });
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'file:///etc/passwd';
    document.body.append(link);
    link.click();
  });
  expect(await page.evaluate(() => window.open('https://example.org/') === null)).toBe(true);
  const reached = await page.evaluate(() =>
    fetch('http://127.0.0.1:4566/').then(
      () => 'reached',
      () => 'blocked',
    ),
  );
  expect(reached).toBe('blocked');
  const image = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const picture = new Image();
        picture.onload = () => resolve('loaded');
        picture.onerror = () => resolve('blocked');
        picture.src = 'http://127.0.0.1:4566/x.png';
      }),
  );
  expect(image).toBe('blocked');
  expect(page.url()).toBe(home);
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('inline scripts do not run', async ({ isobar }) => {
  const ran = await isobar.page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true';
    document.head.append(script);
    return (globalThis as { injected?: boolean }).injected ?? false;
  });
  expect(ran).toBe(false);
});

test('only files of the built page are served', async ({ isobar }) => {
  const statuses = await isobar.app.evaluate(async ({ net }) => {
    const ask = (url: string) =>
      net.fetch(url).then(
        (answer) => answer.status,
        () => 'blocked',
      );
    return {
      page: await ask('app://isobar/index.html'),
      encoded: await ask('app://isobar/..%2f..%2fpackage.json'),
      twice: await ask('app://isobar/assets/..%2f..%2f..%2fpackage.json'),
      stranger: await ask('app://attacker/index.html'),
    };
  });
  expect(statuses).toEqual({ page: 200, encoded: 'blocked', twice: 'blocked', stranger: 'blocked' });
});

test('permissions are denied but for copying text', async ({ isobar }) => {
  const states = await isobar.page.evaluate(async () => ({
    geolocation: (await navigator.permissions.query({ name: 'geolocation' })).state,
    notifications: (await navigator.permissions.query({ name: 'notifications' })).state,
  }));
  expect(states).toEqual({ geolocation: 'denied', notifications: 'denied' });
});

test('the lab refuses unsigned requests, foreign hosts and web origins', async ({ isobar }) => {
  await isobar.page
    .getByRole('button', { name: /^Settings/ })
    .or(isobar.page.getByRole('link', { name: /^Settings/ }))
    .first()
    .click();
  const endpoint = await isobar.page
    .getByText(/^http:\/\/127\.0\.0\.1:\d+$/)
    .first()
    .textContent();
  expect(endpoint).not.toBeNull();
  const { port } = new URL(endpoint ?? '');
  const status = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const ask = request({ host: '127.0.0.1', port, path: '/things', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      ask.on('error', reject);
      ask.end();
    });
  expect(await status({})).toBe(403);
  expect(await status({ host: 'attacker.example' })).toBe(403);
  expect(await status({ origin: 'https://attacker.example' })).toBe(403);
});

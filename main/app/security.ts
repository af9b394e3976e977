/** What the window may not do: leave its page, open others, use the network, ask for permissions. One place, tested in tests/security.spec.ts. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { app, protocol, session, type Session, type WebContents } from 'electron';
import { createLogger } from '../log.ts';

const log = createLogger('app.security');

const ORIGIN = 'app://isobar';

export const PAGE = `${ORIGIN}/index.html`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Compares the parsed origin, so that `https://example.org/?app://isobar` does not pass. */
export function isOurPage(url: string): boolean {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}` === ORIGIN;
  } catch {
    return false;
  }
}

/** Must run before the app is ready: our scheme counts as a secure standard origin. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Serves the built window from `folder` only, with a fresh style nonce for each load of the page. */
function servePage(current: Session, folder: string): void {
  const respond = async (url: string): Promise<Electron.ProtocolResponse> => {
    const path = join(folder, decodeURIComponent(new URL(url).pathname));
    const inside = relative(folder, path);
    if (!isOurPage(url) || inside === '' || inside === '..' || inside.startsWith(`..${sep}`))
      return { statusCode: 403 };
    const body = await readFile(path);
    const nonce = randomBytes(16).toString('base64');
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    return {
      statusCode: 200,
      mimeType: type.split(';')[0] ?? type,
      headers: {
        'content-type': type,
        'content-security-policy': contentSecurityPolicy(nonce),
        'x-content-type-options': 'nosniff',
      },
      data: extname(path) === '.html' ? Buffer.from(body.toString('utf8').replace('__CSP_NONCE__', nonce)) : body,
    };
  };
  current.protocol.registerBufferProtocol('app', (request, answer) => {
    respond(request.url).then(answer, (error: unknown) => {
      log.warn({ url: request.url, err: error }, 'the page asked for a file that is not there');
      answer({ statusCode: 404 });
    });
  });
}

function refuseNetwork(current: Session): void {
  current.webRequest.onBeforeRequest((details, answer) => {
    const isAllowed = isOurPage(details.url) || details.url.startsWith('data:') || details.url.startsWith('devtools:');
    if (!isAllowed) log.warn({ url: details.url }, 'a request of the window was blocked');
    answer({ cancel: !isAllowed });
  });
}

function refusePermissions(current: Session): void {
  // Copying text out is the one thing the page may do.
  const isAllowed = (permission: string) => permission === 'clipboard-sanitized-write';
  current.setPermissionRequestHandler((_contents, permission, answer) => answer(isAllowed(permission)));
  current.setPermissionCheckHandler((_contents, permission) => isAllowed(permission));
}

function refuseNavigation(contents: WebContents): void {
  const refuse = (event: { preventDefault: () => void }, url: string) => {
    event.preventDefault();
    log.warn({ url }, 'a navigation of the window was blocked');
  };
  contents.on('will-navigate', (event, url) => {
    if (url !== PAGE) refuse(event, url);
  });
  contents.on('will-redirect', (event, url) => refuse(event, url));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    log.warn({ url }, 'a new window was blocked');
    return { action: 'deny' };
  });
}

/** Call once when the app is ready, before the window exists. `folder` holds the built page. */
export function secure(folder: string): void {
  const current = session.defaultSession;
  servePage(current, folder);
  refuseNetwork(current);
  refusePermissions(current);
  app.on('web-contents-created', (_event, contents) => refuseNavigation(contents));
}

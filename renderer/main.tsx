/** Mounts the window: text, theme and caches around the app. */
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/mantine.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { notifyError } from './state/notices.tsx';
import { readSettings } from './state/settings.ts';
import { languageOf, setLanguage, startText } from './text/i18n.ts';

startText(languageOf('system'));

function mount(): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no element with the id "root"');
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

// The first paint already has the person's language and theme.
readSettings()
  .then(({ language }) => setLanguage(languageOf(language)), notifyError)
  .finally(mount);

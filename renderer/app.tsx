/** The window as a whole: theme and language from the settings, the shell around the page that is open. */
import { MantineProvider } from '@mantine/core';
import { useColorScheme } from '@mantine/hooks';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, type ComponentType } from 'react';
import { nonce } from './styles/nonce.ts';
import { LakePage } from './pages/lake/lake-page.tsx';
import { SettingsPage } from './pages/settings/settings-page.tsx';
import { StationsPage } from './pages/stations/stations-page.tsx';
import { TopicsPage } from './pages/topics/topics-page.tsx';
import { Shell } from './shell/shell.tsx';
import { startLive } from './state/live.ts';
import { usePage, type PageName } from './state/route.ts';
import { startProvision } from './state/provision.ts';
import { useSettings } from './state/settings.ts';
import { WAIT_FOR_TARGET } from './state/wait-for-target.ts';
import { cssVariables, theme } from './styles/theme.ts';
import { languageOf, setLanguage } from './text/i18n.ts';

// The editors and the charts are most of the code: loaded when first needed, so that the window opens sooner.
const QueryPage = lazy(async () => ({ default: (await import('./pages/query/query-page.tsx')).QueryPage }));
const RulesPage = lazy(async () => ({ default: (await import('./pages/rules/rules-page.tsx')).RulesPage }));

// Calls go to our own main process: a failure is an answer, not a flaky network. Only a target that still starts is worth waiting for.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      ...WAIT_FOR_TARGET,
      networkMode: 'always',
    },
  },
});

const pages: Readonly<Record<PageName, ComponentType>> = {
  stations: StationsPage,
  topics: TopicsPage,
  rules: RulesPage,
  lake: LakePage,
  query: QueryPage,
  settings: SettingsPage,
};

export function App() {
  const { theme: wanted, language } = useSettings(({ settings }) => settings);
  const system = useColorScheme('light', { getInitialValueInEffect: false });
  const page = usePage();
  const Page = pages[page];

  useEffect(() => setLanguage(languageOf(language)), [language]);
  useEffect(startLive, []);
  useEffect(startProvision, []);

  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={wanted === 'system' ? system : wanted}
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" limit={4} />
        <Shell page={page}>
          <Suspense fallback={null}>
            <Page />
          </Suspense>
        </Shell>
      </QueryClientProvider>
    </MantineProvider>
  );
}

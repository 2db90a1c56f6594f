import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { queryClient } from '../lib/trpc.ts';
import { router } from './router.ts';
import { colorScheme, cssVariables } from './theme.ts';
import { useTheme } from './use-theme.tsx';

/** Everything the pages stand on: theme, notifications, data and routes. */
export function App() {
  const theme = useTheme();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorScheme}
      defaultColorScheme="auto"
    >
      <Notifications position="top-center" limit={4} autoClose={6_000} />
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

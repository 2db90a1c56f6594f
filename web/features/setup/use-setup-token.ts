import { useEffect, useState } from 'react';
import { takeSetupToken } from './setup-token.ts';

/** The token of the set-up link; null while none was opened. */
export function useSetupToken(): string | null {
  const [token, setToken] = useState(takeSetupToken);
  useEffect(() => {
    // Opened in a tab that shows the page already, the link changes the fragment only.
    const take = () => setToken(takeSetupToken());
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return token;
}

import { createContext, type ReactNode, useContext } from 'react';
import type { QuotaSubject } from '#shared/schemas/quotas.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { LimitsDrawer } from './LimitsDrawer.tsx';

/** Whose limits are shown; `name` is what people call it. */
export type LimitsOf = { subject: QuotaSubject; id: string; name: string };

const OpenLimits = createContext<(of: LimitsOf) => void>(() => undefined);

/** The drawer of limits, once for all pages: rows only say whose limits they want to see. */
export function LimitsProvider({ children }: { children: ReactNode }) {
  const drawer = useDialog<LimitsOf>();
  return (
    <OpenLimits value={drawer.open}>
      {children}
      <LimitsDrawer
        of={drawer.value}
        opened={drawer.opened}
        turn={drawer.turn}
        onClose={drawer.close}
      />
    </OpenLimits>
  );
}

export function useOpenLimits(): (of: LimitsOf) => void {
  return useContext(OpenLimits);
}

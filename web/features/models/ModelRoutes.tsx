import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '#shared/schemas/models.ts';
import classes from './models.module.css';

type Route = ModelView['routes'][number];

const SHOWN = 3;

/** Where a model leads: platform, upstream name, weight, and whether an account is there. */
export function ModelRoutes({ routes }: { routes: readonly Route[] }) {
  const { t } = useTranslation('models');
  const more = routes.length - SHOWN;
  const ranked = new Set(routes.map(({ priority }) => priority)).size > 1;
  return (
    <ul className={classes.routes}>
      {inTurn(routes)
        .slice(0, SHOWN)
        .map((route) => (
          <li key={`${route.platform} ${route.model}`}>
            <RouteLine route={route} weighted={routes.length > 1} ranked={ranked} />
          </li>
        ))}
      {more > 0 && (
        <Text component="li" fz="xs" c="dimmed">
          {t('route.more', { count: more })}
        </Text>
      )}
    </ul>
  );
}

/** As they are asked: lowest priority first, among equals the heaviest, weight 0 last of all. */
function inTurn(routes: readonly Route[]): Route[] {
  const last = ({ weight }: Route) => Number(weight === 0);
  return routes.toSorted(
    (a, b) => last(a) - last(b) || a.priority - b.priority || b.weight - a.weight,
  );
}

/** `weighted` and `ranked`: whether routes differ in what these words are about. */
type RouteLineProps = { route: Route; weighted: boolean; ranked: boolean };

function RouteLine({ route, weighted, ranked }: RouteLineProps) {
  const { t } = useTranslation('models');
  const { platformName: platform, model, weight, priority, accounts } = route;
  const share = weight === 0 ? t('route.lastResort') : t('route.weight', { weight });
  const serving = t('route.accounts', { count: accounts });
  return (
    <Tooltip
      label={t('route.title', { platform, model, accounts: serving, weight: share })}
      multiline
      maw={420}
    >
      <span className={classes.route}>
        <span className={classes.platform}>{platform}</span>
        <span className={classes.upstream}>{model}</span>
        {ranked && <small>{t('route.priority', { priority })}</small>}
        {weighted && <small>{weight === 0 ? share : `×${weight}`}</small>}
        <small data-none={accounts === 0 || undefined}>{serving}</small>
      </span>
    </Tooltip>
  );
}

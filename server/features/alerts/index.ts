export { type AlertsRouterServices, createAlertsRouter } from './alerts.router.ts';
export type { Alerts, RaisedAlert } from './alerts.ts';
export { buildAlerts } from './build.ts';

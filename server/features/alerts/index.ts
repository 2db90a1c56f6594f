export type { Alerts, RaisedAlert } from './alerts.ts';

import packageJson from '../package.json' with { type: 'json' };

/** Gatehouse's own version. */
export const version: string = packageJson.version;

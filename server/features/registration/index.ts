export type { AdmissionService } from './admission.service.ts';
export { buildRegistration, type RegistrationServices } from './build.ts';
export { createRegistrationRouter } from './registration.router.ts';

export {
  type AdmissionService,
  createAdmissionService,
  type Newcomer,
} from './admission.service.ts';
export { createRegistrationSettingsRepo } from './settings.repo.ts';

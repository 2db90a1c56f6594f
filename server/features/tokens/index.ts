export { createAccessTokens } from './access-tokens.ts';
export { endTokensOf } from './end-tokens.ts';
export { createPeopleRepo } from './people.repo.ts';
export { createPeople, type Person } from './people.ts';
export { createProfilesRepo, type Profile } from './profiles.repo.ts';
export { createProfilesService, type ProfilesService } from './profiles.service.ts';
export { createTokensRepo } from './tokens.repo.ts';
export { createTokensRouter } from './tokens.router.ts';
export {
  createTokensService,
  type HeldToken,
  type TokenPair,
  type TokensService,
} from './tokens.service.ts';

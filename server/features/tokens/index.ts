export { createPeopleRepo } from './people.repo.ts';
export { createPeople, type People, type Person } from './people.ts';

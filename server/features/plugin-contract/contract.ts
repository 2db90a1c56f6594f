import type { Pool } from 'pg';
import type { Db } from '../../infra/prisma/client.ts';
import { createContractAccountsRepo } from './accounts.repo.ts';
import { type ContractAccountsDeps, createContractAccounts } from './accounts.service.ts';
import { createConsumptionRepo } from './consumption.repo.ts';
import { type LinkByOAuth, refuseLinking } from './link-by-oauth.ts';
import { createContractPeopleRepo } from './people.repo.ts';
import { type ContractPeopleDeps, createContractPeople } from './people.service.ts';
import { type ContractQuotasDeps, createContractQuotas } from './quotas.service.ts';

export type PluginContractDeps = Omit<ContractPeopleDeps, 'repo' | 'audit'> &
  Omit<ContractAccountsDeps, 'repo' | 'audit' | 'pool'> &
  Pick<ContractPeopleDeps & ContractAccountsDeps, 'audit'> & {
    db: Db;
    /** For statistics, which may take long. */
    reports: Pick<Pool, 'query'>;
    accountPool: ContractAccountsDeps['pool'];
    poolService: ContractQuotasDeps['pool'];
    /** Refuses unless given. */
    link?: LinkByOAuth;
  };

export type PluginContract = ReturnType<typeof createPluginContract>;

/** What the Plug-in API's routes ask for, from our own people, accounts and pool. */
export function createPluginContract(deps: PluginContractDeps) {
  const { db } = deps;
  return {
    people: createContractPeople({ ...deps, repo: createContractPeopleRepo(db) }),
    accounts: createContractAccounts({
      ...deps,
      repo: createContractAccountsRepo(db),
      pool: deps.accountPool,
    }),
    quotas: createContractQuotas({
      repo: createConsumptionRepo(deps.reports),
      pool: deps.poolService,
      clock: deps.clock,
    }),
    link: deps.link ?? refuseLinking(),
  };
}

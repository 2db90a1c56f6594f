-- CreateEnum
CREATE TYPE "policy_class" AS ENUM ('api_key', 'organisation', 'personal');

-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "account_state" ADD VALUE 'cooling';
ALTER TYPE "account_state" ADD VALUE 'exhausted';

-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "loan_from" INTEGER,
ADD COLUMN     "loan_models" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "loan_to" INTEGER,
ADD COLUMN     "loan_tokens_per_day" BIGINT,
ADD COLUMN     "loan_users" UUID[] DEFAULT ARRAY[]::UUID[],
ADD COLUMN     "max_concurrency" INTEGER,
ADD COLUMN     "policy_class" "policy_class" NOT NULL DEFAULT 'api_key',
ADD COLUMN     "state_cause" TEXT,
ADD COLUMN     "state_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "state_until" TIMESTAMPTZ(3),
ADD COLUMN     "strikes" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "account_model_states" (
    "account_id" UUID NOT NULL,
    "upstream_model" TEXT NOT NULL,
    "state" "account_state" NOT NULL,
    "cause" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "strikes" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "account_model_states_pkey" PRIMARY KEY ("account_id","upstream_model")
);

-- CreateTable
CREATE TABLE "account_events" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT,
    "cause" TEXT,
    "until" TIMESTAMPTZ(3),
    "upstream_model" TEXT,
    "actor_id" UUID,
    "detail" TEXT,

    CONSTRAINT "account_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "personal_lending" (
    "platform_id" TEXT NOT NULL,
    "allowed_by" UUID NOT NULL,
    "allowed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "personal_lending_pkey" PRIMARY KEY ("platform_id")
);

-- CreateIndex
CREATE INDEX "account_events_account_id_at_id_idx" ON "account_events"("account_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "account_events_at_idx" ON "account_events"("at");

-- AddForeignKey
ALTER TABLE "account_model_states" ADD CONSTRAINT "account_model_states_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_events" ADD CONSTRAINT "account_events_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Those that are off already: why, as far as it is known.
UPDATE "accounts" SET "state_cause" = 'person' WHERE "state" = 'disabled';
UPDATE "accounts" SET "state_cause" = 'credential' WHERE "state" = 'expired';

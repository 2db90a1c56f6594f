-- AlterEnum
ALTER TYPE "account_kind" ADD VALUE 'oauth';

-- CreateTable
CREATE TABLE "oauth_clients" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "platform_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT,
    "authorization_endpoint" TEXT,
    "token_endpoint" TEXT NOT NULL,
    "device_endpoint" TEXT,
    "revocation_endpoint" TEXT,
    "redirect_uri" TEXT,
    "scopes" TEXT[],
    "authorize_params" JSONB NOT NULL DEFAULT '{}',
    "token_format" TEXT NOT NULL DEFAULT 'form',
    "token_auth" TEXT NOT NULL DEFAULT 'none',
    "use_pkce" BOOLEAN NOT NULL DEFAULT true,
    "user_info_endpoint" TEXT,
    "account_info_endpoint" TEXT,
    "fields" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oauth_clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "proxies" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "shown" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "health" TEXT NOT NULL DEFAULT 'unknown',
    "latency_ms" INTEGER,
    "checked_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "proxies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vault_tokens" (
    "account_id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "biz_id" TEXT NOT NULL,
    "refresh_token" TEXT NOT NULL,
    "refresh_hash" TEXT NOT NULL,
    "previous_token" TEXT,
    "previous_hash" TEXT,
    "access_expires_at" TIMESTAMPTZ(3),
    "generation" BIGINT NOT NULL DEFAULT 0,
    "claimed_by" TEXT,
    "claimed_until" TIMESTAMPTZ(3),
    "auto_refresh" BOOLEAN NOT NULL DEFAULT true,
    "next_refresh_at" TIMESTAMPTZ(3),
    "refreshed_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failure" TEXT,
    "failure_text" TEXT,
    "email" TEXT,
    "user_name" TEXT NOT NULL DEFAULT '',
    "plan" TEXT NOT NULL DEFAULT '',
    "subject" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "memo" TEXT NOT NULL DEFAULT '',
    "client_id" UUID,
    "proxy_id" UUID,
    "user_info" JSONB,
    "account_info" JSONB,
    "deleted_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vault_tokens_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "refresh_events" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "trigger" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "text" TEXT,
    "before_hash" TEXT NOT NULL,
    "after_hash" TEXT,
    "duration_ms" INTEGER NOT NULL,
    "actor_id" UUID,

    CONSTRAINT "refresh_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "vault_secrets" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT[],
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "biz_ids" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_by" UUID,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "vault_secrets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token_leases" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "account_id" UUID NOT NULL,
    "biz_id" TEXT NOT NULL,
    "secret_id" UUID,
    "by" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "refreshed" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "token_leases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "owner_id" UUID,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "input" JSONB NOT NULL DEFAULT '{}',
    "total" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "report" JSONB NOT NULL DEFAULT '{}',
    "error" TEXT,
    "claimed_by" TEXT,
    "claimed_until" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_items" (
    "job_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "input" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "result" JSONB,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_items_pkey" PRIMARY KEY ("job_id","number")
);

-- CreateTable
CREATE TABLE "alerts" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "owner_id" UUID,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "count" INTEGER NOT NULL DEFAULT 1,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_reads" (
    "alert_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_reads_pkey" PRIMARY KEY ("alert_id","user_id")
);

-- CreateTable
CREATE TABLE "alert_channels" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "settings" TEXT NOT NULL,
    "kinds" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "severity" TEXT NOT NULL DEFAULT 'warning',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "quiet_from" INTEGER,
    "quiet_to" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_channels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_deliveries" (
    "id" UUID NOT NULL,
    "alert_id" UUID,
    "channel_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3),
    "status" INTEGER,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "alert_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "oauth_clients_number_key" ON "oauth_clients"("number");

-- CreateIndex
CREATE UNIQUE INDEX "oauth_clients_platform_id_name_key" ON "oauth_clients"("platform_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "proxies_number_key" ON "proxies"("number");

-- CreateIndex
CREATE UNIQUE INDEX "proxies_name_key" ON "proxies"("name");

-- CreateIndex
CREATE UNIQUE INDEX "vault_tokens_number_key" ON "vault_tokens"("number");

-- CreateIndex
CREATE UNIQUE INDEX "vault_tokens_biz_id_key" ON "vault_tokens"("biz_id");

-- CreateIndex
CREATE UNIQUE INDEX "vault_tokens_refresh_hash_key" ON "vault_tokens"("refresh_hash");

-- CreateIndex
CREATE UNIQUE INDEX "vault_tokens_previous_hash_key" ON "vault_tokens"("previous_hash");

-- CreateIndex
CREATE INDEX "vault_tokens_next_refresh_at_idx" ON "vault_tokens"("next_refresh_at");

-- CreateIndex
CREATE INDEX "vault_tokens_email_idx" ON "vault_tokens"("email");

-- CreateIndex
CREATE INDEX "refresh_events_account_id_at_idx" ON "refresh_events"("account_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "vault_secrets_secret_hash_key" ON "vault_secrets"("secret_hash");

-- CreateIndex
CREATE INDEX "token_leases_account_id_at_idx" ON "token_leases"("account_id", "at");

-- CreateIndex
CREATE INDEX "token_leases_at_idx" ON "token_leases"("at");

-- CreateIndex
CREATE INDEX "jobs_state_created_at_idx" ON "jobs"("state", "created_at");

-- CreateIndex
CREATE INDEX "jobs_owner_id_created_at_idx" ON "jobs"("owner_id", "created_at");

-- CreateIndex
CREATE INDEX "job_items_job_id_state_idx" ON "job_items"("job_id", "state");

-- CreateIndex
CREATE INDEX "alerts_key_idx" ON "alerts"("key");

-- CreateIndex
CREATE INDEX "alerts_last_at_idx" ON "alerts"("last_at");

-- CreateIndex
CREATE INDEX "alert_deliveries_state_next_at_idx" ON "alert_deliveries"("state", "next_at");

-- AddForeignKey
ALTER TABLE "vault_tokens" ADD CONSTRAINT "vault_tokens_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_tokens" ADD CONSTRAINT "vault_tokens_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "oauth_clients"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vault_tokens" ADD CONSTRAINT "vault_tokens_proxy_id_fkey" FOREIGN KEY ("proxy_id") REFERENCES "proxies"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_events" ADD CONSTRAINT "refresh_events_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "vault_tokens"("account_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token_leases" ADD CONSTRAINT "token_leases_secret_id_fkey" FOREIGN KEY ("secret_id") REFERENCES "vault_secrets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_items" ADD CONSTRAINT "job_items_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_reads" ADD CONSTRAINT "alert_reads_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "alert_channels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateEnum
CREATE TYPE "plugin_key_state" AS ENUM ('pending', 'ready', 'failed');

-- AlterEnum
ALTER TYPE "account_kind" ADD VALUE 'plugin';

-- CreateTable
CREATE TABLE "plugin_keys" (
    "user_id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "state" "plugin_key_state" NOT NULL DEFAULT 'pending',
    "account_id" UUID,
    "plugin_user_id" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,
    "asked_as" TEXT,
    "asked_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plugin_keys_pkey" PRIMARY KEY ("user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "plugin_keys_number_key" ON "plugin_keys"("number");

-- CreateIndex
CREATE UNIQUE INDEX "plugin_keys_account_id_key" ON "plugin_keys"("account_id");

-- CreateIndex
CREATE INDEX "plugin_keys_state_next_try_at_idx" ON "plugin_keys"("state", "next_try_at");

-- AddForeignKey
ALTER TABLE "plugin_keys" ADD CONSTRAINT "plugin_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "plugin_keys" ADD CONSTRAINT "plugin_keys_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

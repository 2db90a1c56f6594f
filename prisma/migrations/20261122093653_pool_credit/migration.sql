-- CreateTable
CREATE TABLE "pool_credits" (
    "user_id" UUID NOT NULL,
    "group_key" TEXT NOT NULL,
    "quota" BIGINT NOT NULL DEFAULT 0,
    "max" BIGINT NOT NULL DEFAULT 0,
    "rate" BIGINT NOT NULL DEFAULT 0,
    "held" BIGINT NOT NULL DEFAULT 0,
    "owed" BIGINT NOT NULL DEFAULT 0,
    "carry" BIGINT NOT NULL DEFAULT 0,
    "waived" BIGINT NOT NULL DEFAULT 0,
    "waived_at" TIMESTAMPTZ(3),
    "granted" BIGINT NOT NULL DEFAULT 0,
    "taken" BIGINT NOT NULL DEFAULT 0,
    "spent" BIGINT NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pool_credits_pkey" PRIMARY KEY ("user_id","group_key")
);

-- CreateTable
CREATE TABLE "pool_holds" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "group_key" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "holder" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pool_holds_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pool_lendings" (
    "account_id" UUID NOT NULL,
    "group_key" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "paid" BOOLEAN NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pool_lendings_pkey" PRIMARY KEY ("account_id","group_key")
);

-- CreateTable
CREATE TABLE "pool_movements" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "user_id" UUID NOT NULL,
    "group_key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "amount" BIGINT NOT NULL,
    "account_id" UUID,
    "model" TEXT,
    "quota_before" INTEGER,
    "quota_after" INTEGER,

    CONSTRAINT "pool_movements_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "pool_credits_updated_at_idx" ON "pool_credits"("updated_at");

-- CreateIndex
CREATE INDEX "pool_holds_expires_at_idx" ON "pool_holds"("expires_at");

-- CreateIndex
CREATE INDEX "pool_holds_holder_idx" ON "pool_holds"("holder");

-- CreateIndex
CREATE INDEX "pool_lendings_user_id_idx" ON "pool_lendings"("user_id");

-- CreateIndex
CREATE INDEX "pool_movements_user_id_at_id_idx" ON "pool_movements"("user_id", "at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "pool_movements_account_id_at_idx" ON "pool_movements"("account_id", "at" DESC);

-- CreateIndex
CREATE INDEX "pool_movements_at_idx" ON "pool_movements"("at");

-- AddForeignKey
ALTER TABLE "pool_credits" ADD CONSTRAINT "pool_credits_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- Credit is never negative and never above its ceiling, whoever writes it.
ALTER TABLE "pool_credits" ADD CONSTRAINT "pool_credits_in_bounds" CHECK (
    quota >= 0 AND quota <= max AND held >= 0 AND owed >= 0 AND waived >= 0 AND rate >= 0
);
ALTER TABLE "pool_holds" ADD CONSTRAINT "pool_holds_in_bounds" CHECK (amount >= 0);

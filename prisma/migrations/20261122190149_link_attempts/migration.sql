-- CreateTable
CREATE TABLE "link_attempts" (
    "id" TEXT NOT NULL,
    "way" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "session_id" TEXT,
    "account_id" UUID,
    "name" TEXT NOT NULL DEFAULT '',
    "shared" BOOLEAN NOT NULL DEFAULT false,
    "redirect_uri" TEXT NOT NULL DEFAULT '',
    "secret" TEXT,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "result_id" UUID,
    "error" TEXT,
    "poll_at" TIMESTAMPTZ(3),
    "interval_ms" INTEGER NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "link_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "link_attempts_user_id_idx" ON "link_attempts"("user_id");

-- CreateIndex
CREATE INDEX "link_attempts_poll_at_idx" ON "link_attempts"("poll_at");

-- AddForeignKey
ALTER TABLE "link_attempts" ADD CONSTRAINT "link_attempts_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "oauth_clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

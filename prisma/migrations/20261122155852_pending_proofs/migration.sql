-- CreateTable
CREATE TABLE "pending_proofs" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID,
    "password_mark" TEXT,
    "challenge" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pending_proofs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "pending_proofs_user_id_idx" ON "pending_proofs"("user_id");

-- CreateIndex
CREATE INDEX "pending_proofs_expires_at_idx" ON "pending_proofs"("expires_at");

-- AddForeignKey
ALTER TABLE "pending_proofs" ADD CONSTRAINT "pending_proofs_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

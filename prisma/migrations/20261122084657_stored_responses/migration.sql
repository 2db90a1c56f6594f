-- CreateTable
CREATE TABLE "stored_responses" (
    "user_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "previous_id" TEXT,
    "model" TEXT NOT NULL,
    "account_id" UUID,
    "platform_id" TEXT,
    "input" TEXT,
    "answer" TEXT,
    "bytes" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_responses_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateIndex
CREATE INDEX "stored_responses_created_at_idx" ON "stored_responses"("created_at");

-- AddForeignKey
ALTER TABLE "stored_responses" ADD CONSTRAINT "stored_responses_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

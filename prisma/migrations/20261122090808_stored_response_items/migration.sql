-- AlterTable
ALTER TABLE "stored_responses" ADD COLUMN     "item_ids" TEXT[];

-- CreateIndex
CREATE INDEX "stored_responses_item_ids_idx" ON "stored_responses" USING GIN ("item_ids");

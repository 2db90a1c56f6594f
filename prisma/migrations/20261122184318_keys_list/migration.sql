-- DropIndex
DROP INDEX "api_keys_owner_id_idx";

-- CreateIndex
CREATE INDEX "api_keys_owner_id_created_at_id_idx" ON "api_keys"("owner_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "api_keys_created_at_id_idx" ON "api_keys"("created_at", "id");

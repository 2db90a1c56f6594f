-- AlterTable
ALTER TABLE "alert_channels" ADD COLUMN     "language" TEXT NOT NULL DEFAULT 'en',
ADD COLUMN     "zone" TEXT NOT NULL DEFAULT 'UTC';

-- AlterTable
ALTER TABLE "alert_deliveries" ADD COLUMN     "about" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "what" TEXT NOT NULL DEFAULT 'raised';

-- CreateIndex
CREATE INDEX "alert_deliveries_channel_id_created_at_idx" ON "alert_deliveries"("channel_id", "created_at");

-- CreateIndex
CREATE INDEX "alert_deliveries_alert_id_idx" ON "alert_deliveries"("alert_id");

-- One alert of a key is open at a time, however many servers raise it.
CREATE UNIQUE INDEX "alerts_open_key" ON "alerts"("key") WHERE "resolved_at" IS NULL;

-- What a person's bell and list ask for.
CREATE INDEX "alerts_owner_id_last_at_idx" ON "alerts"("owner_id", "last_at" DESC);

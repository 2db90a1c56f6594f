-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "proved_at" TIMESTAMPTZ(3);

-- Accounts that have answered already go on counting.
UPDATE "accounts" a SET "proved_at" = now()
    WHERE EXISTS (SELECT FROM "usage" u WHERE u."account_id" = a."id" AND u."outcome" = 'ok')
       OR EXISTS (SELECT FROM "usage_rollups" r
                  WHERE r."grain" = 'day' AND r."dimension" = 'account'
                    AND r."scope" = '00000000-0000-0000-0000-000000000000'
                    AND r."value" = a."id"::text AND r."requests" > r."errors" + r."aborted");

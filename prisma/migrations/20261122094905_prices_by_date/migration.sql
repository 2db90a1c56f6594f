-- What models cost until now is their first price, from the day on which they were made.
INSERT INTO "prices" ("model_id", "valid_from", "input", "cached", "cache_write", "output")
SELECT "id", "created_at", "price_input", "price_cached", "price_cache_write", "price_output"
FROM "models"
WHERE "price_input" IS NOT NULL AND "price_output" IS NOT NULL
ON CONFLICT DO NOTHING;

-- AlterTable
ALTER TABLE "models" DROP COLUMN "price_cache_write",
DROP COLUMN "price_cached",
DROP COLUMN "price_input",
DROP COLUMN "price_output";

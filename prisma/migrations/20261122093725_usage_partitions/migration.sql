-- CreateEnum
CREATE TYPE "usage_grain" AS ENUM ('hour', 'day');

-- CreateEnum
CREATE TYPE "usage_dimension" AS ENUM ('total', 'user', 'key', 'model', 'account', 'platform', 'door', 'operation', 'outcome');

-- Prisma knows no partitions, so all about the table "usage" is written by hand: its records are
-- moved into one partition for each day (UTC). Records older than 90 days, or of a day to come, go to
-- the default partition: their number of days has no bound, and every partition costs locks.
ALTER TABLE "usage" RENAME TO "usage_before";
ALTER TABLE "usage_before" DROP CONSTRAINT "usage_pkey";
DROP INDEX "usage_created_at_id_idx", "usage_user_id_created_at_id_idx", "usage_key_id_created_at_idx";
CREATE INDEX "usage_before_created_at_idx" ON "usage_before" ("created_at");

CREATE TABLE "usage" (
    LIKE "usage_before" INCLUDING DEFAULTS,
    CONSTRAINT "usage_pkey" PRIMARY KEY ("id", "created_at")
) PARTITION BY RANGE ("created_at");

CREATE INDEX "usage_created_at_id_idx" ON "usage"("created_at" DESC, "id" DESC);
CREATE INDEX "usage_user_id_created_at_id_idx" ON "usage"("user_id", "created_at" DESC, "id" DESC);
CREATE INDEX "usage_key_id_created_at_id_idx" ON "usage"("key_id", "created_at" DESC, "id" DESC);
CREATE INDEX "usage_model_created_at_id_idx" ON "usage"("model", "created_at" DESC, "id" DESC);
CREATE INDEX "usage_account_id_created_at_id_idx" ON "usage"("account_id", "created_at" DESC, "id" DESC);

CREATE TABLE "usage_default" PARTITION OF "usage" DEFAULT;

DO $$
DECLARE
    midnight timestamp := date_trunc('day', now() AT TIME ZONE 'UTC') - interval '90 days';
    today timestamp := date_trunc('day', now() AT TIME ZONE 'UTC');
BEGIN
    WHILE midnight <= today LOOP
        IF EXISTS (
            SELECT FROM usage_before
             WHERE created_at >= midnight AT TIME ZONE 'UTC'
               AND created_at < (midnight + interval '1 day') AT TIME ZONE 'UTC'
        ) THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF usage FOR VALUES FROM (%L) TO (%L)',
                'usage_' || to_char(midnight, 'YYYYMMDD'),
                to_char(midnight, 'YYYY-MM-DD') || ' 00:00:00+00',
                to_char(midnight + interval '1 day', 'YYYY-MM-DD') || ' 00:00:00+00'
            );
        END IF;
        midnight := midnight + interval '1 day';
    END LOOP;
END $$;

INSERT INTO "usage" SELECT * FROM "usage_before";
DROP TABLE "usage_before";

-- CreateTable
CREATE TABLE "usage_rollups" (
    "grain" "usage_grain" NOT NULL,
    "dimension" "usage_dimension" NOT NULL,
    "scope" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "value" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "errors" BIGINT NOT NULL,
    "aborted" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "cache_write_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "reasoning_tokens" BIGINT NOT NULL,
    "cost" BIGINT NOT NULL,
    "latency" INTEGER[],
    "first_token" INTEGER[],

    CONSTRAINT "usage_rollups_pkey" PRIMARY KEY ("grain","dimension","scope","at","value")
);

-- CreateIndex
CREATE INDEX "usage_rollups_value_dimension_grain_at_idx" ON "usage_rollups"("value", "dimension", "grain", "at");

-- Eight buckets each time a duration doubles: what is read from one is off by less than 5 %.
CREATE FUNCTION usage_bucket(ms int) RETURNS int
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT CASE WHEN ms < 1 THEN 0 ELSE 1 + floor(8 * ln(ms) / ln(2))::int END';

-- How many of a list of buckets are the same: the array is subscripted by bucket, with gaps.
CREATE FUNCTION usage_histogram(buckets int[]) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    found int[];
    bucket int;
BEGIN
    FOREACH bucket IN ARRAY buckets LOOP
        found[bucket] := coalesce(found[bucket], 0) + 1;
    END LOOP;
    RETURN found;
END $$;

CREATE FUNCTION usage_histogram_add(one int[], other int[]) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF one IS NULL OR other IS NULL THEN
        RETURN coalesce(one, other);
    END IF;
    FOR bucket IN array_lower(other, 1)..array_upper(other, 1) LOOP
        IF other[bucket] IS NOT NULL THEN
            one[bucket] := coalesce(one[bucket], 0) + other[bucket];
        END IF;
    END LOOP;
    RETURN one;
END $$;

-- By hour, everybody's requests, each user's and each model's are summed; by day everything, but doors,
-- operations and outcomes of everybody only: nothing asks for more.
DELETE FROM "usage_rollups"
 WHERE "scope" <> '00000000-0000-0000-0000-000000000000'
       AND ("grain" = 'hour' OR "dimension" IN ('door', 'operation', 'outcome'))
    OR "grain" = 'hour' AND "dimension" NOT IN ('total', 'user', 'model');

-- A histogram is a number of twelve digits for each bucket, so that PostgreSQL's own sum() and + put
-- histograms together: many times as fast as arrays, one element after the other. By hour they are
-- kept only of everybody and of each user.
CREATE FUNCTION usage_number(counts int[]) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT
    AS $$ SELECT sum(c.count * ('1e' || 12 * (array_lower(counts, 1) + c.n - 1))::numeric)
            FROM unnest(counts) WITH ORDINALITY AS c (count, n) $$;

DROP INDEX "usage_rollups_value_dimension_grain_at_idx";
ALTER TABLE "usage_rollups"
    DROP CONSTRAINT "usage_rollups_pkey",
    ALTER COLUMN "latency" TYPE DECIMAL USING CASE
        WHEN "grain" = 'day' OR "dimension" IN ('total', 'user') THEN usage_number("latency") END,
    ALTER COLUMN "first_token" TYPE DECIMAL USING CASE
        WHEN "grain" = 'day' OR "dimension" IN ('total', 'user') THEN usage_number("first_token") END;

-- By value first, for what one of them used; by time, for all of them.
ALTER TABLE "usage_rollups"
    ADD CONSTRAINT "usage_rollups_pkey" PRIMARY KEY ("grain", "dimension", "scope", "value", "at");
CREATE INDEX "usage_rollups_grain_dimension_scope_at_idx" ON "usage_rollups"("grain", "dimension", "scope", "at");

DROP FUNCTION usage_number(int[]);
DROP FUNCTION usage_histogram(int[]);
DROP FUNCTION usage_histogram_add(int[], int[]);
DROP FUNCTION usage_bucket(int);

-- Eight buckets each time a duration doubles: what is read from one is off by less than 5 %. One in
-- a bucket is 1 at the bucket's twelve digits, the lowest bucket at the end. Not STRICT: PostgreSQL
-- could not write it into the statement then.
CREATE FUNCTION usage_mark(ms int) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ('1e' || 12 * CASE WHEN ms < 1 THEN 0 ELSE 1 + floor(8 * ln(ms) / ln(2))::int END)::numeric $$;

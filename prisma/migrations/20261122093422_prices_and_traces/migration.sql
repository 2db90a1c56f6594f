-- CreateTable
CREATE TABLE "prices" (
    "model_id" UUID NOT NULL,
    "valid_from" TIMESTAMPTZ(3) NOT NULL,
    "input" BIGINT,
    "cached" BIGINT,
    "cache_write" BIGINT,
    "output" BIGINT,
    "reasoning" BIGINT,
    "per_request" BIGINT,
    "per_image" BIGINT,
    "per_minute" BIGINT,
    "per_million_characters" BIGINT,
    "per_thousand_searches" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "prices_pkey" PRIMARY KEY ("model_id","valid_from")
);

-- CreateTable
CREATE TABLE "request_traces" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "user_id" UUID NOT NULL,
    "trace" JSONB NOT NULL,

    CONSTRAINT "request_traces_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "request_traces_created_at_idx" ON "request_traces"("created_at");

-- AddForeignKey
ALTER TABLE "prices" ADD CONSTRAINT "prices_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "models"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "servers" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "servers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "off_switches" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "user_id" UUID NOT NULL,
    "user_name" TEXT NOT NULL,
    "actor_id" UUID NOT NULL,
    "actor_name" TEXT NOT NULL,
    "steps" JSONB NOT NULL,
    "kept" JSONB NOT NULL,
    "took_ms" INTEGER NOT NULL,

    CONSTRAINT "off_switches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "off_switch_servers" (
    "switch_id" UUID NOT NULL,
    "server" UUID NOT NULL,
    "answered_at" TIMESTAMPTZ(3),

    CONSTRAINT "off_switch_servers_pkey" PRIMARY KEY ("switch_id","server")
);

-- CreateTable
CREATE TABLE "off_switch_streams" (
    "switch_id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "server" UUID NOT NULL,
    "door" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "stream" BOOLEAN NOT NULL,
    "begun" BOOLEAN NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "off_switch_streams_pkey" PRIMARY KEY ("switch_id","request_id")
);

-- CreateIndex
CREATE INDEX "off_switches_at_idx" ON "off_switches"("at");

-- CreateIndex
CREATE INDEX "off_switches_user_id_at_idx" ON "off_switches"("user_id", "at" DESC);

-- AddForeignKey
ALTER TABLE "off_switch_servers" ADD CONSTRAINT "off_switch_servers_switch_id_fkey" FOREIGN KEY ("switch_id") REFERENCES "off_switches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "off_switch_streams" ADD CONSTRAINT "off_switch_streams_switch_id_fkey" FOREIGN KEY ("switch_id") REFERENCES "off_switches"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "usage" ADD COLUMN     "cache_write_tokens" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "operation" TEXT NOT NULL DEFAULT 'chat',
ADD COLUMN     "unit" TEXT,
ADD COLUMN     "units" DOUBLE PRECISION;

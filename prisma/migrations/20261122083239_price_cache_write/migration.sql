-- AlterTable
ALTER TABLE "models" ADD COLUMN     "price_cache_write" BIGINT;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "prefer_shared" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "model_routes" ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "models_off" TEXT[] DEFAULT ARRAY[]::TEXT[];

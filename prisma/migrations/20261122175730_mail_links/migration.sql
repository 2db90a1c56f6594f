-- CreateEnum
CREATE TYPE "link_kind" AS ENUM ('invite', 'reset', 'welcome', 'email');

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "language" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "invites" ADD COLUMN     "email" TEXT,
ADD COLUMN     "kind" "link_kind" NOT NULL DEFAULT 'invite';

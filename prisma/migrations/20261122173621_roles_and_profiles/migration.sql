-- AlterEnum
ALTER TYPE "user_state" ADD VALUE 'silenced';
ALTER TYPE "user_state" ADD VALUE 'pending';

-- CreateTable
CREATE TABLE "roles" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "built_in" BOOLEAN NOT NULL DEFAULT false,
    "permissions" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- What the built-in ones may do stands in shared/permissions.ts, so that it follows the version.
INSERT INTO "roles" ("id", "name", "built_in", "permissions") VALUES
  ('admin', 'Admin', true, '{}'),
  ('operator', 'Operator', true, '{}'),
  ('auditor', 'Auditor', true, '{}'),
  ('member', 'Member', true, '{}');

-- AlterTable: everybody keeps the role they have.
ALTER TABLE "users" ALTER COLUMN "role" DROP DEFAULT;
ALTER TABLE "users" ALTER COLUMN "role" TYPE TEXT USING "role"::text;
ALTER TABLE "users" ALTER COLUMN "role" SET DEFAULT 'member';

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "avatar_url" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "beta" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "email" TEXT,
ADD COLUMN     "email_verified_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_sign_in_at" TIMESTAMPTZ(3),
ADD COLUMN     "number" SERIAL NOT NULL,
ADD COLUMN     "trust_level" SMALLINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "api_keys" ADD COLUMN     "family" TEXT,
ADD COLUMN     "number" SERIAL NOT NULL;

-- DropEnum
DROP TYPE "role";

-- CreateIndex
CREATE UNIQUE INDEX "users_number_key" ON "users"("number");

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_number_key" ON "api_keys"("number");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_role_fkey" FOREIGN KEY ("role") REFERENCES "roles"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "quota_rules" (
    "subject" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "most" BIGINT NOT NULL,

    CONSTRAINT "quota_rules_pkey" PRIMARY KEY ("subject","subject_id","metric")
);

-- The limits that users and keys had
INSERT INTO "quota_rules" ("subject", "subject_id", "metric", "most")
SELECT 'user', "id"::text, 'requests-per-minute', "rpm" FROM "users" WHERE "rpm" IS NOT NULL
UNION ALL
SELECT 'user', "id"::text, 'tokens-per-day', "tokens_per_day" FROM "users" WHERE "tokens_per_day" IS NOT NULL
UNION ALL
SELECT 'key', "id"::text, 'requests-per-minute', "rpm" FROM "api_keys" WHERE "rpm" IS NOT NULL
UNION ALL
SELECT 'key', "id"::text, 'tokens-per-day', "tokens_per_day" FROM "api_keys" WHERE "tokens_per_day" IS NOT NULL;

-- AlterTable
ALTER TABLE "users" DROP COLUMN "rpm",
DROP COLUMN "tokens_per_day";

-- AlterTable
ALTER TABLE "api_keys" DROP COLUMN "rpm",
DROP COLUMN "tokens_per_day";

-- Rules go with their subject, however it goes
CREATE FUNCTION quota_rules_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "quota_rules"
   WHERE "subject" = TG_ARGV[0] AND "subject_id" = to_jsonb(OLD) ->> TG_ARGV[1];
  PERFORM pg_notify('gatehouse_quotas', '{"ids":[]}');
  RETURN NULL;
END $$;

CREATE TRIGGER "users_quota_rules" AFTER DELETE ON "users"
  FOR EACH ROW EXECUTE FUNCTION quota_rules_forget('user', 'id');
CREATE TRIGGER "api_keys_quota_rules" AFTER DELETE ON "api_keys"
  FOR EACH ROW EXECUTE FUNCTION quota_rules_forget('key', 'id');
CREATE TRIGGER "accounts_quota_rules" AFTER DELETE ON "accounts"
  FOR EACH ROW EXECUTE FUNCTION quota_rules_forget('account', 'id');
CREATE TRIGGER "platforms_quota_rules" AFTER DELETE ON "platforms"
  FOR EACH ROW EXECUTE FUNCTION quota_rules_forget('platform', 'id');
CREATE TRIGGER "models_quota_rules" AFTER DELETE ON "models"
  FOR EACH ROW EXECUTE FUNCTION quota_rules_forget('model', 'name');

CREATE FUNCTION quota_rules_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "quota_rules" SET "subject_id" = NEW."name"
   WHERE "subject" = 'model' AND "subject_id" = OLD."name";
  PERFORM pg_notify('gatehouse_quotas', '{"ids":[]}');
  RETURN NULL;
END $$;

CREATE TRIGGER "models_quota_rules_name" AFTER UPDATE OF "name" ON "models"
  FOR EACH ROW WHEN (OLD."name" IS DISTINCT FROM NEW."name")
  EXECUTE FUNCTION quota_rules_follow();

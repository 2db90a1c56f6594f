import { createHash } from 'node:crypto';

/*
 * A counter is a hash: `u` used, `h` held, `p` used while `u` was unknown. Days and months have no `u`
 * until one who read the usage table brings it. A holder's running holds are a hash of their own, by
 * hold, so that what it held is known when it died. When it last gave a sign of life is its score in
 * the set of holders, by the clock of Redis: the servers' clocks need not agree on seconds.
 *
 * What a dead holder held is free at once. What of it was used only its record tells, which may still
 * be in its journal: such holds are unclear, until the record is found or a day is over.
 */

const SHARED = `
local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function giveBack(key, amount)
  if amount == 0 then return end
  if redis.call('HINCRBY', key, 'h', -amount) <= 0 then
    redis.call('HSET', key, 'h', 0)
    if redis.call('HLEN', key) == 1 and redis.call('PTTL', key) == -1 then redis.call('DEL', key) end
  end
end

local function reap(holders, prefix, unclear, leaseMs, most)
  local dead = redis.call('ZRANGEBYSCORE', holders, '-inf', now() - leaseMs, 'LIMIT', 0, most)
  for _, holder in ipairs(dead) do
    local holds = redis.call('HGETALL', prefix .. holder)
    for i = 1, #holds, 2 do
      local counts = false
      for _, part in ipairs(cjson.decode(holds[i + 1]).parts) do
        if redis.call('EXISTS', part[1]) == 1 then
          if part[3] == 0 then giveBack(part[1], part[2]) end
          if part[4] == 1 then counts = true end
        end
      end
      if counts then
        redis.call('HSET', unclear, holds[i], string.format('%.0f', now()) .. ' ' .. holds[i + 1])
      end
    end
    redis.call('DEL', prefix .. holder)
    redis.call('ZREM', holders, holder)
  end
end
`;

/**
 * KEYS: holders, the holder's holds, unclear holds, then two a rule: its counter and one to carry over
 * from. ARGV: prefix of holders' holds, holder, hold, lease in ms, request and parts as JSON; then five a rule: limit,
 * asked, ttl in ms (0 = none), kept (0 or 1), used by the usage table ('' = not read).
 * Returns what was found: 0 held, 1 refused or 2 to be read first; then `u` and `h` a rule.
 */
const HOLD = `${SHARED}
local rules = (#KEYS - 3) / 2
-- First, for one that was held up for long is alive all the same.
redis.call('ZADD', KEYS[1], now(), ARGV[2])
reap(KEYS[1], ARGV[1], KEYS[3], tonumber(ARGV[4]), 1)
local answer = {0}
local missing, refused = false, false
for i = 1, rules do
  local key, carry, at = KEYS[2 + 2 * i], KEYS[3 + 2 * i], 1 + 5 * i
  local limit, asked, ttl = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local kept, seed = ARGV[at + 3] == '1', ARGV[at + 4]
  local used = redis.call('HGET', key, 'u')
  if not used and kept then
    if seed == '' then
      missing = true
    else
      used = tonumber(seed) + tonumber(redis.call('HGET', key, 'p') or 0)
      redis.call('HSET', key, 'u', string.format('%.0f', used))
      redis.call('HDEL', key, 'p')
      if ttl > 0 then redis.call('PEXPIRE', key, ttl) end
    end
  elseif not used and carry ~= key then
    used = redis.call('HGET', carry, 'u')
    if used then
      redis.call('HSET', key, 'u', used)
      redis.call('PEXPIRE', key, ttl)
    end
  end
  used = tonumber(used or 0)
  local held = tonumber(redis.call('HGET', key, 'h') or 0)
  answer[2 * i], answer[2 * i + 1] = string.format('%.0f', used), string.format('%.0f', held)
  if used + held + math.max(1, asked) > limit then refused = true end
end
if missing then
  answer[1] = 2
  return answer
end
if refused then
  answer[1] = 1
  return answer
end
for i, part in ipairs(cjson.decode(ARGV[5]).parts) do
  redis.call('HINCRBY', part[1], part[3] == 1 and 'u' or 'h', part[2])
  local ttl = tonumber(ARGV[3 + 5 * i])
  if ttl > 0 then redis.call('PEXPIRE', part[1], ttl) end
end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[5])
return answer
`;

/**
 * KEYS: the holder's holds, unclear holds. ARGV: hold, 1 at the first try, parts as JSON, used by part.
 * What is no longer held was taken for dead, or Redis lost it: then only what was used is added, and
 * not when that was found out meanwhile.
 */
const SETTLE = `${SHARED}
local held = redis.call('HDEL', KEYS[1], ARGV[1]) == 1
local unclear = redis.call('HDEL', KEYS[2], ARGV[1]) == 1
if not held and not unclear and ARGV[2] ~= '1' then return 0 end
for i, part in ipairs(cjson.decode(ARGV[3])) do
  local key = part[1]
  if redis.call('EXISTS', key) == 1 and part[3] == 0 then
    local used = tonumber(ARGV[3 + i])
    if used > 0 then
      local known = part[4] == 0 or redis.call('HEXISTS', key, 'u') == 1
      redis.call('HINCRBY', key, known and 'u' or 'p', used)
    end
    if held then giveBack(key, part[2]) end
  end
end
return 1
`;

/** KEYS: holders, unclear holds. ARGV: prefix of holders' holds, holder, lease in ms. Returns how many live. */
const BEAT = `${SHARED}
redis.call('ZADD', KEYS[1], now(), ARGV[2])
reap(KEYS[1], ARGV[1], KEYS[2], tonumber(ARGV[3]), 10)
return redis.call('ZCARD', KEYS[1])
`;

/**
 * KEYS: unclear holds. ARGV: most, ms after which nobody looks any more. Returns hold and request in turn.
 */
const UNCLEAR = `${SHARED}
local found = redis.call('HRANDFIELD', KEYS[1], ARGV[1], 'WITHVALUES')
local answer = {}
for i = 1, #found, 2 do
  local since, text = string.match(found[i + 1], '^(%d+) (.*)$')
  if now() - tonumber(since) > tonumber(ARGV[2]) then
    redis.call('HDEL', KEYS[1], found[i])
  else
    answer[#answer + 1] = found[i]
    answer[#answer + 1] = cjson.decode(text).request
  end
end
return answer
`;

/** KEYS: unclear holds. ARGV: hold, tokens and cost by its record. Counts them, once. */
const CLEAR = `
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
for _, part in ipairs(cjson.decode(string.match(entry, '^%d+ (.*)$')).parts) do
  -- Where nobody knows what is used, the usage table is read, and the record is in it.
  if part[4] == 1 and redis.call('HEXISTS', part[1], 'u') == 1 then
    redis.call('HINCRBY', part[1], 'u', part[5] == 1 and ARGV[3] or ARGV[2])
  end
end
return 1
`;

/** KEYS: counters. Days and months are read from the usage table before their next use. */
const DOUBT = `
for _, key in ipairs(KEYS) do redis.call('HDEL', key, 'u') end
return #KEYS
`;

export type Script = { lua: string; sha: string };

const script = (lua: string): Script => ({
  lua,
  sha: createHash('sha1').update(lua).digest('hex'),
});

export const SCRIPTS = {
  hold: script(HOLD),
  settle: script(SETTLE),
  beat: script(BEAT),
  unclear: script(UNCLEAR),
  clear: script(CLEAR),
  doubt: script(DOUBT),
} as const;

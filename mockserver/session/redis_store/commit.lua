-- Make count what a call has changed and recorded, unless the session has another version by now.
-- ARGV: birth, version, ttl_ms, the journal's most calls and most bytes, whether the journal is emptied first; then each
-- with their number before them: the beginnings of names whose parts go, names and values of the parts that change, and
-- calls, each in three pieces.
local birth, version, ttl_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local most_calls, most_bytes, empties = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6] == '1'
local at = 7

local function take()
  at = at + 1
  return ARGV[at - 1]
end

local session = redis.call('HMGET', SESSION, 'birth', 'version')
if session[1] ~= birth then
  return {'gone'}
end

local gone = {}
for index = 1, tonumber(take()) do
  gone[index] = take()
end
local changed = tonumber(take())
if #gone + changed > 0 then
  if session[2] ~= version then
    return {'conflict', describe(birth, version)}
  end
  version = redis.call('HINCRBY', SESSION, 'version', 1)
end
if #gone > 0 then
  for _, name in ipairs(redis.call('HKEYS', PARTS)) do
    for _, beginning in ipairs(gone) do
      if string.sub(name, 1, #beginning) == beginning then
        redis.call('HDEL', PARTS, name)
        redis.call('ZREM', VERSIONS, name)
      end
    end
  end
end
for _ = 1, changed do
  local name, value = take(), take()
  redis.call('HSET', PARTS, name, value)
  redis.call('ZADD', VERSIONS, version, name)
end

if empties then
  redis.call('XTRIM', JOURNAL, 'MAXLEN', 0)
  redis.call('HSET', SESSION, 'journal_bytes', 0, 'dropped', 0)
  -- Whoever waits for calls learns from this that the count begins anew.
  local clears = redis.call('HINCRBY', SESSION, 'clears', 1)
  local calls = redis.call('HGET', SESSION, 'calls')
  redis.call('XADD', JOURNAL, calls .. '-' .. clears, 'cleared', '')
end
local recorded = tonumber(take())
for _ = 1, recorded do
  local call, content, answer = take(), take(), take()
  local number = redis.call('HINCRBY', SESSION, 'calls', 1)
  redis.call('XADD', JOURNAL, number .. '-0', 'call', call, 'content', content, 'answer', answer)
  local kept = redis.call('HINCRBY', SESSION, 'journal_bytes', #call + #content + #answer)
  local length = redis.call('XLEN', JOURNAL)
  while length > most_calls or (kept > most_bytes and length > 1) do
    local oldest = redis.call('XRANGE', JOURNAL, '-', '+', 'COUNT', 1)[1]
    local fields = oldest[2]
    redis.call('XDEL', JOURNAL, oldest[1])
    length = length - 1
    if fields[1] == 'call' then
      kept = redis.call('HINCRBY', SESSION, 'journal_bytes', -(#fields[2] + #fields[4] + #fields[6]))
      redis.call('HINCRBY', SESSION, 'dropped', 1)
    end
  end
end
touch(ttl_ms, 0)
return {'done', version}

-- What every script begins with. KEYS: the session, its parts, the versions of the parts, its journal, and a mark that
-- outlives it. What is about one session has its name in a hash tag, so that a cluster keeps it in one place.
local SESSION, PARTS, VERSIONS, JOURNAL, MARK = unpack(KEYS)
local DAY_MS = 86400000

-- Keep the session for another ttl_ms milliseconds from now on; one that is kept for ever has 0. It is done again only
-- if it was last done at least at_least_ms milliseconds ago.
local function touch(ttl_ms, at_least_ms)
  if ttl_ms == 0 then
    return
  end
  local now = redis.call('TIME')
  local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
  if at_least_ms > 0 and now_ms - (redis.call('HGET', SESSION, 'used_ms') or 0) < at_least_ms then
    return
  end
  redis.call('HSET', SESSION, 'used_ms', string.format('%d', now_ms))
  for index = 1, 4 do
    redis.call('PEXPIRE', KEYS[index], ttl_ms)
  end
  redis.call('PEXPIRE', MARK, ttl_ms + DAY_MS)
end

-- Tell what is newer than a version of the session that was born as said; everything, if that was another session.
-- Of a session that is not there, tell only whether there was one.
local function describe(birth, version)
  local session = redis.call('HMGET', SESSION, 'birth', 'version', 'start', 'calls', 'dropped')
  if not session[1] then
    return {redis.call('EXISTS', MARK)}
  end
  if session[1] ~= birth then
    version = '0'
  end
  local names, values = {}, {}
  if session[2] ~= version then
    names = redis.call('ZRANGEBYSCORE', VERSIONS, '(' .. version, '+inf')
    for first = 1, #names, 1000 do
      local some = redis.call('HMGET', PARTS, unpack(names, first, math.min(first + 999, #names)))
      for _, value in ipairs(some) do
        values[#values + 1] = value
      end
    end
  end
  return {session[1], session[2], session[3], session[4], session[5], names, values}
end

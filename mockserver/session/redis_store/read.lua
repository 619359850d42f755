-- Read what is newer than a version. ARGV: birth, version, ttl_ms.
if redis.call('EXISTS', SESSION) == 1 then
  -- A commit mostly follows, which does it in any case.
  local ttl_ms = tonumber(ARGV[3])
  touch(ttl_ms, math.min(1000, ttl_ms / 10))
end
return describe(ARGV[1], ARGV[2])

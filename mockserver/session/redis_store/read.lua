-- Read what is newer than a version. ARGV: birth, version, ttl_ms.
if redis.call('EXISTS', SESSION) == 1 then
  touch(tonumber(ARGV[3]))
end
return describe(ARGV[1], ARGV[2])

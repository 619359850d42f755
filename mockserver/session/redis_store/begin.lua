-- Begin the session, unless it is there already. ARGV: birth, start, ttl_ms, whether one that is there starts over.
if ARGV[4] == '1' then
  redis.call('UNLINK', SESSION, PARTS, VERSIONS, JOURNAL)
end
if redis.call('EXISTS', SESSION) == 0 then
  redis.call(
    'HSET', SESSION, 'birth', ARGV[1], 'start', ARGV[2], 'version', 0, 'calls', 0, 'clears', 0, 'dropped', 0,
    'journal_bytes', 0
  )
  redis.call('SET', MARK, ARGV[2])
end
touch(tonumber(ARGV[3]), 0)
return describe('', '0')

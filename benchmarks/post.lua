-- wrk -s post.lua URL -- TOKEN: the valid POST over 64 preferences, formatted once before the clock runs.
local requests, at = {}, 0

function init(args)
  local headers = {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. args[1]}
  for n = 1, 64 do
    local body = string.format('{"fanId":"12345","category":"content","preference":"preference_%02d","value":true}', n)
    requests[n] = wrk.format("POST", "/api/v2/update-preference", headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nMEASURED {"requests": %d, "seconds": %.6f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end

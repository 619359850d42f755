-- wrk -s call.lua URL -- METHOD PATH CREDENTIAL BODY COUNT STEP: COUNT requests in turn, formatted before the clock
-- runs; NUMBER in the path or the body becomes STEP, 2 * STEP, ...
local requests, at = {}, 0

function init(args)
  local method, path, credential, body = args[1], args[2], args[3], args[4]
  local headers = {}
  if credential ~= "" then headers["Authorization"] = "Bearer " .. credential end
  if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
  for n = 1, tonumber(args[5]) do
    local number = string.format("%d", n * tonumber(args[6]))
    requests[n] = wrk.format(method, path:gsub("NUMBER", number), headers, body and body:gsub("NUMBER", number))
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nMEASURED {"requests": %d, "seconds": %.6f, "p50_us": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end

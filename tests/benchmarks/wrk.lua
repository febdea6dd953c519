-- Sends the request bodies of a file, one a line, by turns, beginning anywhere; tells what it measured as JSON.
local requests, place, threads = {}, 0, {}
sent = 0 -- by this thread; requests that were under way at the end are not among those that wrk counts

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. arguments[2]
  place = tonumber(arguments[3])
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", "/graphql", nil, body)
  end
end

function request()
  place = place % #requests + 1
  sent = sent + 1
  return requests[place]
end

function done(summary, latency)
  local errors, asked = summary.errors, 0
  for _, thread in ipairs(threads) do
    asked = asked + thread:get("sent")
  end
  io.write(string.format(
    '{"sent": %d, "answered": %d, "microseconds": %d, "p50": %.1f, "p99": %.1f, "failed": %d}\n',
    asked, summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

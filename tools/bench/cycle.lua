-- Workflows by requests: start, then poll and report one step after the other. Whatever connection is free does what is
-- to be done next. Arguments: the workflow's name, its number of steps.
local task_field = '"taskId":"([^"]+)"'
local instance_field = '"workflowInstanceId":"([^"]*)"'
local name, steps
local ready = {}
local polls = {}
local reports = {}
local step_of = {}
local threads = {}
local payload = '{"invoice":4711,"text":"' .. string.rep("x", 420) .. '"}'

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  name, steps = arguments[1], tonumber(arguments[2])
  for step = 0, steps - 1 do ready[step], polls[step] = 0, 0 end
  finished, failed, empty = 0, 0, 0
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local report = table.remove(reports)
  if report then
    return wrk.format("POST", "/api/tasks", nil, report)
  end
  for step = steps - 1, 0, -1 do
    if ready[step] > 0 then
      ready[step], polls[step] = ready[step] - 1, polls[step] + 1
      return wrk.format("GET", "/api/tasks/poll/" .. name .. "." .. step .. "?workerid=bench")
    end
  end
  return wrk.format("POST", "/api/workflow/" .. name, nil, payload)
end

-- A poll found nothing, though something is there or coming: ask again, for one of the steps that were asked for.
local function nothing()
  empty = empty + 1
  for step = 0, steps - 1 do
    if polls[step] > 0 then
      polls[step], ready[step] = polls[step] - 1, ready[step] + 1
      return
    end
  end
end

local function taken(body)
  local task, instance = string.match(body, task_field), string.match(body, instance_field)
  local step = tonumber(string.match(body, '"taskDefName":"[^"]*%.(%d+)"') or "0")
  step_of[task] = step
  polls[step] = polls[step] - 1
  table.insert(reports, '{"taskId":"' .. task .. '","workflowInstanceId":"' .. instance
    .. '","status":"COMPLETED","workerId":"bench","outputData":{"approved":true,"amount":100}}')
end

function response(status, headers, body)
  if status == 204 then
    nothing()
  elseif status >= 300 then
    failed = failed + 1
  elseif string.sub(body, 1, 1) == "{" then
    taken(body)
  else
    local step = step_of[body]
    if step == nil then
      ready[0] = ready[0] + 1
    else
      step_of[body] = nil
      if step == steps - 1 then finished = finished + 1 else ready[step + 1] = ready[step + 1] + 1 end
    end
  end
end

function done(summary, latency, requests)
  local finished, failed, empty = 0, 0, 0
  for _, thread in ipairs(threads) do
    finished = finished + thread:get("finished")
    failed = failed + thread:get("failed")
    empty = empty + thread:get("empty")
  end
  io.write(string.format("cycles %d failed %d empty %d seconds %.3f\n", finished, failed, empty, summary.duration / 1e6))
end

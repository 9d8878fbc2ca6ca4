-- Decides in one step whether a call may go: breaker, day budget, then token bucket (EGR-19, EGR-23).
-- KEYS: state, reservation, budget, cells of the breaker. All times are microseconds.
-- ARGV: now, interval per token, burst, patience, reserve 0|1, budget or -1, time to the end of the day,
--       longest open time, probe lease, how often an operator has closed the breaker.
-- Returns { 0 pass | 1 throttled | 2 breaker open, wait, probe 0|1 }.
local now, interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local patience, reserve = tonumber(ARGV[4]), ARGV[5] == '1'
local budget, day_end = tonumber(ARGV[6]), tonumber(ARGV[7])
local max_open, probe_lease = tonumber(ARGV[8]), tonumber(ARGV[9])
local resets = tonumber(ARGV[10])
local state = redis.call('HMGET', KEYS[1], 'until', 'probe', 'next', 'resets')
local probe = 0

if resets > tonumber(state[4] or '0') then
  redis.call('HDEL', KEYS[1], 'until', 'length', 'probe', 'passed', 'error', 'item')
  redis.call('HSET', KEYS[1], 'resets', resets)
  if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], 3600000) end
  redis.call('DEL', KEYS[4])
  state[1] = false
end

if state[1] then
  local left = tonumber(state[1]) - now
  if left > 0 and left <= max_open then return { 2, left, 0 } end
  local busy = tonumber(state[2] or '0') - now
  if busy > 0 and busy <= probe_lease then return { 2, math.min(busy, 1000000), 0 } end
  probe = 1
end

if budget >= 0 and tonumber(redis.call('GET', KEYS[3]) or '0') >= budget then
  return { 1, day_end, 0 }
end

local wait = 0
local slot = reserve and redis.call('GET', KEYS[2])
if slot then
  wait = math.max(0, tonumber(slot) - now)
  if wait > patience then return { 1, wait, 0 } end
  redis.call('DEL', KEYS[2])
else
  local following = math.max(tonumber(state[3] or '0'), now - burst * interval) + interval
  wait = math.max(0, following - now)
  if wait <= patience or reserve then
    redis.call('HSET', KEYS[1], 'next', string.format('%.0f', following))
    redis.call('PEXPIRE', KEYS[1], math.ceil((wait + burst * interval + 2 * max_open) / 1000) + 3600000)
  end
  if wait > patience then
    if reserve then
      redis.call('SET', KEYS[2], string.format('%.0f', following), 'PX', math.ceil(wait / 1000) + 600000)
    end
    return { 1, wait, 0 }
  end
end

if budget >= 0 then
  redis.call('INCR', KEYS[3])
  redis.call('PEXPIRE', KEYS[3], math.ceil(day_end / 1000) + 3600000)
end
if probe == 1 then
  redis.call('HSET', KEYS[1], 'probe', string.format('%.0f', now + probe_lease))
end
return { 0, wait, probe }

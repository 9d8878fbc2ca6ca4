-- Counts a finished attempt and opens or closes the breaker (EGR-22, EGR-23).
-- KEYS: state, cells of one second each. All times are microseconds.
-- ARGV: now, outcome (ok | failed | none), probe 0|1, window in seconds, failure ratio, least attempts, open time,
--       longest open time, successes to close, error and item of a failed attempt.
-- Returns { 0 nothing changed | 1 opened | 2 closed, last error, example item }.
local now, outcome, probe = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1'
local window, ratio, least = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local open, max_open, needed = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local state = redis.call('HMGET', KEYS[1], 'until', 'length', 'passed', 'error', 'item')
local nothing = { 0, '', '' }

local function shut(length)
  redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + length))
  redis.call('HSET', KEYS[1], 'length', string.format('%.0f', length))
  redis.call('HDEL', KEYS[1], 'probe', 'passed')
  redis.call('HSET', KEYS[1], 'error', ARGV[10], 'item', ARGV[11])
  local life = math.ceil(2 * max_open / 1000) + 3600000
  if redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], life) end
  redis.call('DEL', KEYS[2])
  return { 1, ARGV[10], ARGV[11] }
end

if state[1] then
  if not probe then return nothing end
  if outcome == 'failed' then return shut(math.min(2 * tonumber(state[2]), max_open)) end
  redis.call('HDEL', KEYS[1], 'probe')
  if outcome == 'none' then return nothing end
  if tonumber(state[3] or '0') + 1 < needed then
    redis.call('HINCRBY', KEYS[1], 'passed', 1)
    return nothing
  end
  redis.call('HDEL', KEYS[1], 'until', 'length', 'passed', 'error', 'item')
  return { 2, state[4] or '', state[5] or '' }
end

if outcome == 'none' then return nothing end
local second = math.floor(now / 1000000)
redis.call('HINCRBY', KEYS[2], string.format('%d', second) .. (outcome == 'failed' and 'f' or 'a'), 1)
redis.call('EXPIRE', KEYS[2], window + 60)
local attempts, failures = 0, 0
local cells = redis.call('HGETALL', KEYS[2])
for i = 1, #cells, 2 do
  local at = tonumber(string.sub(cells[i], 1, -2))
  if at <= second - window or at > second + window then
    redis.call('HDEL', KEYS[2], cells[i])
  else
    attempts = attempts + tonumber(cells[i + 1])
    if string.sub(cells[i], -1) == 'f' then failures = failures + tonumber(cells[i + 1]) end
  end
end
if attempts >= least and failures >= ratio * attempts then return shut(open) end
return nothing

-- Lets at most a number through within any minute (EGR-12).
-- KEYS: the times of those let through. ARGV: now in microseconds, limit, a unique member.
-- Returns 1 let through | 0 not.
local now = tonumber(ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now + 60000000), '+inf')
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
redis.call('EXPIRE', KEYS[1], 120)
return 1

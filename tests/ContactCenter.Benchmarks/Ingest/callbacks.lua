-- Posts signed event callbacks: each thread takes its share of a file with lines of signature, tab, form body.
local threads = 0

function setup(thread)
  thread:set("share", threads)
  threads = threads + 1
end

function init(arguments)
  local path, count = arguments[1], tonumber(arguments[2])
  requests, position = {}, 0
  local number = 0
  for line in io.lines(path) do
    if number % count == share then
      local signature, body = line:match("^(%S+)\t(.+)$")
      requests[#requests + 1] = wrk.format("POST", nil, {
        ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8",
        ["X-Twilio-Signature"] = signature,
      }, body)
    end
    number = number + 1
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

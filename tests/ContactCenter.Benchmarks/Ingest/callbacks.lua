-- Posts signed bodies: each thread takes its share of a file with lines of signature, tab, body.
-- Arguments: the file, the number of threads, the name of the signature's header, the content type.
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
        ["Content-Type"] = arguments[4],
        [arguments[3]] = signature,
      }, body)
    end
    number = number + 1
  end
end

function request()
  position = position % #requests + 1
  return requests[position]
end

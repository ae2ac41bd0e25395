import redgrease

def cache_get(url):
    # Check if the url is already in the cache,
    # And if so, simply return the cached result.
    if redgrease.cmd.exists(url):
        return redgrease.cmd.get(url)
    redgrease.cmd.set(url, "fetched " + url)
    return redgrease.cmd.get(url)

redgrease.CommandReader().args(max_count=1).map(cache_get).register(trigger="cache_get")

import asyncio
import json
import urllib.request


async def fetch(url):
    loop = asyncio.get_event_loop()
    with_timeout = lambda: urllib.request.urlopen(url, timeout=2).read()
    return await loop.run_in_executor(None, with_timeout)


async def cached(args):
    if len(args) < 2:
        raise ValueError('usage: RG.TRIGGER cached <url> [ttl]')
    url = args[1]
    ttl = int(args[2]) if len(args) > 2 else 300
    found = execute('GET', 'cache:' + url)
    if found:
        return found
    try:
        body = await asyncio.wait_for(fetch(url), timeout=5)
    except asyncio.TimeoutError:
        return json.dumps({'error': 'timeout'})
    except Exception as e:
        return json.dumps({'error': str(e)})
    text = body.decode('utf-8', errors='replace')
    with atomic():
        execute('SET', 'cache:' + url, text, 'EX', ttl)
        execute('HINCRBY', 'cache:stats', 'miss', 1)
    return text

GB('CommandReader').map(cached).register(trigger='cached', mode='async_local')

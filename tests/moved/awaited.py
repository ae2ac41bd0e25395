import asyncio

from redgrease import GB

async def c(r):
    await asyncio.sleep(0.01)
    return "slept"

GB("ShardsIDReader").map(c).run()

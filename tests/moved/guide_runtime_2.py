import asyncio

async def slowly(call):
    await asyncio.sleep(0.1)
    return "hello " + call[1]

GB("CommandReader").map(slowly).register(trigger="slowly", mode="async_local")

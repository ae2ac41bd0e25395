from redgrease import KeysReader

def supervisor(user):
    return user.get("supervisor", user["id"])

KeysReader("user:*").values().countby(supervisor).run()

"""What becomes of replies of the engine's own commands."""


# A flat list of names and values becomes an object.
def _named(reply):
    import types

    fields = _rg_cmd._dict(reply)
    if "RegistrationData" in fields:
        fields["RegistrationData"] = _rg_cmd._named(fields["RegistrationData"])
    if "args" in fields:
        fields["args"] = _rg_cmd._dict(fields["args"])
    return types.SimpleNamespace(**fields)


def _cluster_info(reply):
    import types

    if not isinstance(reply, list):
        return None
    shards = [_rg_cmd._named(shard) for shard in reply[4]]
    return types.SimpleNamespace(my_id=reply[1], my_run_id=reply[3], shards=shards)

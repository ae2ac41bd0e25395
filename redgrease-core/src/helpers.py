#: hashtag3
def hashtag3():
    return "{" + hashtag() + "}"
#: log
_rg_native_log = log
def log(message="", level="notice"):
    _rg_native_log(str(message), level=level)
#: Record
class Record(object):
    def __init__(self, key, value=None, type=None, event=None, **fields):
        if not key:
            raise ValueError("a record needs a key")
        self.key = key
        self.value = value
        self.type = type if type is not None else ""
        self.event = event if event is not None else ""
        self.__dict__.update(fields)
    def __getitem__(self, name):
        return getattr(self, name)
    def __repr__(self):
        return "Record(%s)" % ", ".join("%s=%r" % f for f in self.__dict__.items())
    def __eq__(self, other):
        return isinstance(other, Record) and self.__dict__ == other.__dict__
    def __hash__(self):
        return hash((self.key, self.event))
#: StreamRecord
class StreamRecord(object):
    def __init__(self, key, id=None, value=None, **fields):
        if not key:
            raise ValueError("a record needs a key")
        self.key = key
        self.id = id
        self.value = value
        self.__dict__.update(fields)
    def __getitem__(self, name):
        return getattr(self, name)
    def __repr__(self):
        return "StreamRecord(%s)" % ", ".join("%s=%r" % f for f in self.__dict__.items())
    def __eq__(self, other):
        return isinstance(other, StreamRecord) and self.__dict__ == other.__dict__
    def __hash__(self):
        return hash((self.key, self.id))
#: Refused
class Refused(Exception):
    def __init__(self, code, data=None):
        super(Refused, self).__init__(code, data)
        self.code = code
        self.data = data
    def __str__(self):
        import json
        return json.dumps([str(self.code), self.data], default=str)
#: function
def _rg_function(callback):
    if isinstance(callback, type(_rg_function)):
        return callback
    if not callable(callback):
        raise TypeError("a callback has to be a function, not %r" % (callback,))
    return lambda *arguments: callback(*arguments)
#: append
def _rg_append(accumulator, record):
    return (accumulator or []) + [record]
#: append_by
def _rg_append_by(key, accumulator, record):
    return (accumulator or []) + [record]
#: hash
def _rg_hash(record):
    return hash(record)
#: number
def _rg_number(record):
    return float(record if isinstance(record, (int, float, str)) else str(record))
#: aggregate
def _rg_aggregate(zero, sequence=None, combine=None):
    if sequence is None:
        if zero is None:
            zero = []
        if isinstance(zero, list):
            sequence = lambda accumulator, record: accumulator + [record]
            combine = combine or (lambda accumulator, partial: accumulator + partial)
        elif isinstance(zero, (int, float, complex)):
            sequence = lambda accumulator, record: accumulator + record
        else:
            raise ValueError("aggregate needs seqOp for a zero of type %s" % type(zero).__name__)
    return zero, sequence, combine or sequence
#: aggregate_by aggregate
def _rg_aggregate_by(zero, sequence=None, combine=None):
    plain = merge = None
    if sequence is None:
        zero, plain, merge = _rg_aggregate(zero)
    if sequence is None:
        sequence = lambda key, accumulator, record: plain(accumulator, record)
        combine = combine or (lambda key, accumulator, partial: merge(accumulator, partial))
    return zero, sequence, combine or sequence
#: dict_filter
def _rg_dict_filter(**wanted):
    def fits(found, value):
        if value is Ellipsis:
            return True
        if isinstance(value, type):
            return isinstance(found, value)
        if hasattr(value, "__contains__") and not isinstance(value, str):
            return found in value
        return found == value
    return lambda record: all(n in record and fits(record[n], v) for n, v in wanted.items())
#: arguments
def _rg_arguments(function, parameters, arguments):
    def wrong():
        names = ", ".join("%s (%s)" % (name, how) for name, how, _, _ in parameters)
        raise TypeError("%s takes %s, but got %d argument%s" % (
            function, names or "no arguments", len(arguments), "" if len(arguments) == 1 else "s"))
    values = []
    for place, (name, how, decode, arity) in enumerate(parameters):
        def decoded(argument):
            try:
                return decode(argument)
            except (ValueError, UnicodeError):
                raise TypeError("`%s` of %s is %s, but got %r" % (name, function, how, argument))
        if arity == "variadic":
            values.append([decoded(argument) for argument in arguments[place:]])
            return values
        if place >= len(arguments):
            if arity == "required":
                wrong()
            values.append(None)
            continue
        argument = arguments[place]
        if arity == "optional":
            marker = "~" if isinstance(argument, str) else b"~"
            if argument == marker + ("none" if isinstance(argument, str) else b"none"):
                values.append(None)
                continue
            if argument.startswith(marker):
                argument = argument[1:]
        values.append(decoded(argument))
    if len(arguments) > len(parameters):
        wrong()
    return values
#: signed
def _rg_signed(arguments, mark, signature):
    if not arguments or arguments[0][:5] not in ("~sig:", b"~sig:"):
        return arguments
    if arguments[0] not in (mark, mark.encode()):
        raise TypeError("another signature than %s" % signature)
    return arguments[1:]
#: decode_text
def _rg_text(argument):
    return argument if isinstance(argument, str) else bytes(argument).decode("utf-8")
#: decode_bytes
def _rg_bytes(argument):
    return argument.encode("utf-8") if isinstance(argument, str) else bytes(argument)
#: decode_int
def _rg_int(argument):
    return int(argument)
#: decode_float
def _rg_float(argument):
    return float(argument)
#: decode_bool
def _rg_bool(argument):
    if argument in ("1", "true"):
        return True
    if argument in ("0", "false"):
        return False
    raise ValueError(argument)
#: item
def _rg_item(value):
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    return value
#: decode_json
def _rg_json(argument):
    import json
    return json.loads(argument if isinstance(argument, str) else bytes(argument))
#: wrong
def _rg_wrong(value, wanted):
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else "%s.%s" % (kind.__module__, kind.__name__)
    found = "None" if value is None else "%s %.80r" % (name, value)
    hint = ""
    if hasattr(value, "tolist") and getattr(value, "shape", None) != ():
        way = "tobytes" if wanted == "bytes or a str" else "tolist"
        hint = "; return it with `.%s()`, to a Rust type that takes what that gives" % way
    raise TypeError("%s gave %s, but its Rust type wants %s%s" % (_rg_subject, found, wanted, hint))
#: encode_text wrong
def _rg_encode(value):
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, (bytes, bytearray)):
        try:
            bytes(value).decode("utf-8")
            return bytes(value)
        except UnicodeDecodeError:
            pass
    _rg_wrong(value, "a str")
#: encode_bytes wrong
def _rg_encode(value):
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    _rg_wrong(value, "bytes or a str")
#: encode_mark
def _rg_encode(value):
    return b""
#: encode_int wrong item
def _rg_encode(value):
    value = _rg_item(value)
    if not isinstance(value, bool) and hasattr(value, "__index__") and not hasattr(value, "tolist"):
        return str(value.__index__()).encode()
    _rg_wrong(value, "an int")
#: encode_float wrong item
def _rg_encode(value):
    value = _rg_item(value)
    number = hasattr(value, "__float__") and getattr(value, "shape", ()) == ()
    if not isinstance(value, bool) and (number or isinstance(value, int)):
        return repr(float(value)).encode()
    _rg_wrong(value, "a float")
#: encode_bool wrong item
def _rg_encode(value):
    value = _rg_item(value)
    if isinstance(value, bool):
        return b"1" if value else b"0"
    _rg_wrong(value, "a bool")
#: plain wrong
def _rg_plain(value, nested=False):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return "".join(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, dict):
        return {_rg_plain(k, True): _rg_plain(v, True) for k, v in value.items()}
    if isinstance(value, list):
        return [_rg_plain(v, True) for v in value]
    if isinstance(value, tuple):
        return tuple(_rg_plain(v, True) for v in value)
    if isinstance(value, frozenset):
        return frozenset(_rg_plain(v, True) for v in value)
    if isinstance(value, set):
        return {_rg_plain(v, True) for v in value}
    if hasattr(value, "key") and hasattr(value, "__dict__"):
        return {_rg_plain(k, True): _rg_plain(v, True) for k, v in value.__dict__.items()}
    if hasattr(value, "tolist") and hasattr(value, "dtype"):
        items = value.tolist()
        return float(value) if type(items) is type(value) else _rg_plain(items, True)
    if hasattr(value, "__index__"):
        return value.__index__()
    if hasattr(value, "__float__"):
        return float(value)
    _rg_wrong(value, "plain data: None, bool, int, float, str, bytes, list, tuple, dict, set")
#: encode_pickle plain
def _rg_encode(value):
    import pickle
    return pickle.dumps(_rg_plain(value), protocol=4)
#: encode_json wrong
def _rg_encode(value):
    import json
    def other(part):
        if isinstance(part, (bytes, bytearray)):
            return bytes(part).decode("utf-8")
        if hasattr(part, "key") and hasattr(part, "__dict__"):
            return part.__dict__
        if hasattr(part, "tolist") and hasattr(part, "dtype"):
            items = part.tolist()
            return float(part) if type(items) is type(part) else items
        _rg_wrong(part, "what JSON can hold")
    try:
        return json.dumps(value, default=other, allow_nan=False).encode()
    except ValueError as error:
        _rg_wrong(value, "what JSON can hold (%s)" % error)
#: namespace
class _RgNamespace(object):
    def __init__(self, **attributes):
        self.__dict__.update(attributes)
#: FailurePolicy namespace
_rg_FailurePolicy = _RgNamespace(Continue="continue", Abort="abort", Retry="retry")
#: KeyType namespace
_rg_KeyType = _RgNamespace(String="string", Hash="hash", List="list", Set="set", ZSet="zset", Stream="stream", Module="module")
#: LogLevel namespace
_rg_LogLevel = _RgNamespace(Debug="debug", Verbose="verbose", Notice="notice", Warning="warning")
#: ReaderType namespace
_rg_ReaderType = _RgNamespace(KeysReader="KeysReader", KeysOnlyReader="KeysOnlyReader", StreamReader="StreamReader", PythonReader="PythonReader", ShardsIDReader="ShardsIDReader", CommandReader="CommandReader")
#: TriggerMode namespace
_rg_TriggerMode = _RgNamespace(Async="async", AsyncLocal="async_local", Sync="sync")
#: GEARS_RUNTIME
_rg_GEARS_RUNTIME = (1, 2)
#: record Record
def _rg_record(value):
    return Record(**value) if isinstance(value, dict) else Record(value)
#: stream_record StreamRecord
def _rg_stream_record(value):
    return StreamRecord(**value) if isinstance(value, dict) else StreamRecord(value)
#: compose
def _rg_compose(*functions):
    def composed(*arguments, **keywords):
        if not functions:
            return arguments[0]
        value = functions[-1](*arguments, **keywords)
        for function in reversed(functions[:-1]):
            value = function(value)
        return value
    return composed
#: passfun function
def _rg_passfun(fun=None, default=None):
    if callable(fun):
        return _rg_function(fun)
    if default is not None:
        return _rg_function(default)
    if fun is None:
        return lambda value: value
    return lambda *arguments, **keywords: fun
#: as_is
def _rg_as_is(value):
    return value
#: str_if_bytes
def _rg_str_if_bytes(value):
    return bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, bytearray)) else value
#: safe_str str_if_bytes
def _rg_safe_str(value):
    return "" if value is None else str(_rg_str_if_bytes(value))
#: safe_str_upper safe_str
def _rg_safe_str_upper(value):
    return _rg_safe_str(value).upper()
#: bool_ok safe_str_upper
def _rg_bool_ok(value):
    return _rg_safe_str_upper(value)[:2] == "OK"
#: safe_bool safe_str_upper
def _rg_safe_bool(value):
    if isinstance(value, (bool, int)):
        return bool(value)
    return _rg_safe_str_upper(value).startswith(("TRUE", "OK", "1", "Y", "YES"))
#: optional
def _rg_optional(constructor):
    return lambda value, *arguments: None if value is None else constructor(value, *arguments)
#: to_int_if_bool
def _rg_to_int_if_bool(value):
    return int(value) if isinstance(value, bool) else value
#: to_redis_type
def _rg_to_redis_type(value):
    if value is None:
        return b""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, (bytes, int, float)) else str(value)
#: to_bytes
def _rg_to_bytes(value):
    if value is None:
        return b""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return str(int(value) if isinstance(value, bool) else value).encode()
#: to_list
def _rg_to_list(mapping):
    return [part for pair in (mapping or {}).items() for part in pair]
#: transform
def _rg_transform(value, constructor, key=None):
    if isinstance(constructor, dict):
        constructor = constructor.get(key, constructor.get(None, lambda found: found))
    return constructor(value)
#: to_dict transform
def _rg_to_dict(items, keys=None, key_transform=None, val_transform=None):
    items = list(items)
    pairs = zip(keys, items) if keys is not None else zip(items[::2], items[1::2])
    found = {}
    for key, value in pairs:
        if key_transform is not None:
            key = _rg_transform(key, key_transform, key)
        found[key] = value if val_transform is None else _rg_transform(value, val_transform, key)
    return found
#: to_kwargs to_dict safe_str
def _rg_to_kwargs(items):
    return _rg_to_dict(items, key_transform=_rg_safe_str)
#: list_parser
def _rg_list_parser(item_parser):
    return lambda values: [item_parser(value) for value in values]
#: list_of_str safe_str
def _rg_list_of_str(values):
    return [_rg_safe_str(value) for value in values]
#: dict_of to_dict
def _rg_dict_of(constructors):
    return lambda values, keys: _rg_to_dict(values, keys=keys, val_transform=constructors)
#: CaseInsensitiveDict
class _rg_CaseInsensitiveDict(dict):
    def __init__(self, *arguments, **keywords):
        super(_rg_CaseInsensitiveDict, self).__init__()
        self.update(*arguments, **keywords)
    def __setitem__(self, key, value):
        super(_rg_CaseInsensitiveDict, self).__setitem__(key.upper(), value)
    def __getitem__(self, key):
        return super(_rg_CaseInsensitiveDict, self).__getitem__(key.upper())
    def __contains__(self, key):
        return super(_rg_CaseInsensitiveDict, self).__contains__(key.upper())
    def get(self, key, default=None):
        return super(_rg_CaseInsensitiveDict, self).get(key.upper(), default)
    def update(self, *arguments, **keywords):
        for key, value in dict(*arguments, **keywords).items():
            self[key] = value

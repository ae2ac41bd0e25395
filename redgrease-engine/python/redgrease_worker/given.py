# What redgrease gives to scripts. Written by the test `given` of redgrease-core, with REDGREASE_WRITE_PAGES=1.
from not_main import *
def hashtag3():
    return "{" + hashtag() + "}"
_rg_native_log = log
def log(message="", level="notice"):
    _rg_native_log(str(message), level=level)
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
class Refused(Exception):
    def __init__(self, code, data=None):
        super(Refused, self).__init__(code, data)
        self.code = code
        self.data = data
    def __str__(self):
        import json
        return json.dumps([str(self.code), self.data], default=str)
def _rg_function(callback):
    if isinstance(callback, type(_rg_function)):
        return callback
    if not callable(callback):
        raise TypeError("a callback has to be a function, not %r" % (callback,))
    return lambda *arguments: callback(*arguments)
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
class _RgNamespace(object):
    def __init__(self, **attributes):
        self.__dict__.update(attributes)
_rg_FailurePolicy = _RgNamespace(Continue="continue", Abort="abort", Retry="retry")
_rg_KeyType = _RgNamespace(String="string", Hash="hash", List="list", Set="set", ZSet="zset", Stream="stream", Module="module")
_rg_LogLevel = _RgNamespace(Debug="debug", Verbose="verbose", Notice="notice", Warning="warning")
_rg_ReaderType = _RgNamespace(KeysReader="KeysReader", KeysOnlyReader="KeysOnlyReader", StreamReader="StreamReader", PythonReader="PythonReader", ShardsIDReader="ShardsIDReader", CommandReader="CommandReader")
_rg_TriggerMode = _RgNamespace(Async="async", AsyncLocal="async_local", Sync="sync")
_rg_GEARS_RUNTIME = (1, 2)
def _rg_record(value):
    return Record(**value) if isinstance(value, dict) else Record(value)
def _rg_stream_record(value):
    return StreamRecord(**value) if isinstance(value, dict) else StreamRecord(value)
def _rg_compose(*functions):
    def composed(*arguments, **keywords):
        if not functions:
            return arguments[0]
        value = functions[-1](*arguments, **keywords)
        for function in reversed(functions[:-1]):
            value = function(value)
        return value
    return composed
def _rg_passfun(fun=None, default=None):
    if callable(fun):
        return _rg_function(fun)
    if default is not None:
        return _rg_function(default)
    if fun is None:
        return lambda value: value
    return lambda *arguments, **keywords: fun
def _rg_as_is(value):
    return value
def _rg_str_if_bytes(value):
    return bytes(value).decode("utf-8", "replace") if isinstance(value, (bytes, bytearray)) else value
def _rg_safe_str(value):
    return "" if value is None else str(_rg_str_if_bytes(value))
def _rg_safe_str_upper(value):
    return _rg_safe_str(value).upper()
def _rg_bool_ok(value):
    return _rg_safe_str_upper(value)[:2] == "OK"
def _rg_safe_bool(value):
    if isinstance(value, (bool, int)):
        return bool(value)
    return _rg_safe_str_upper(value).startswith(("TRUE", "OK", "1", "Y", "YES"))
def _rg_optional(constructor):
    return lambda value, *arguments: None if value is None else constructor(value, *arguments)
def _rg_to_int_if_bool(value):
    return int(value) if isinstance(value, bool) else value
def _rg_to_redis_type(value):
    if value is None:
        return b""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, (bytes, int, float)) else str(value)
def _rg_to_bytes(value):
    if value is None:
        return b""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return str(int(value) if isinstance(value, bool) else value).encode()
def _rg_to_list(mapping):
    return [part for pair in (mapping or {}).items() for part in pair]
def _rg_transform(value, constructor, key=None):
    if isinstance(constructor, dict):
        constructor = constructor.get(key, constructor.get(None, lambda found: found))
    return constructor(value)
def _rg_to_dict(items, keys=None, key_transform=None, val_transform=None):
    items = list(items)
    pairs = zip(keys, items) if keys is not None else zip(items[::2], items[1::2])
    found = {}
    for key, value in pairs:
        if key_transform is not None:
            key = _rg_transform(key, key_transform, key)
        found[key] = value if val_transform is None else _rg_transform(value, val_transform, key)
    return found
def _rg_to_kwargs(items):
    return _rg_to_dict(items, key_transform=_rg_safe_str)
def _rg_list_parser(item_parser):
    return lambda values: [item_parser(value) for value in values]
def _rg_list_of_str(values):
    return [_rg_safe_str(value) for value in values]
def _rg_dict_of(constructors):
    return lambda values, keys: _rg_to_dict(values, keys=keys, val_transform=constructors)
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
class _rg_operators(type):
 def __getitem__(self, name):
  value = _rg_cmd.get(name)
  if value is None:
   raise KeyError(name)
  return value
 def __setitem__(self, name, value):
  _rg_cmd.set(name, value)
 def __delitem__(self, name):
  _rg_cmd.delete(name)
 def __contains__(self, name):
  return bool(_rg_cmd.exists(name))
class _rg_cmd(metaclass=_rg_operators):
 def append(key, value):
  return _rg_cmd._x("APPEND", key, value)
 def bitcount(key, start=None, end=None, mode=None):
  return _rg_cmd._x("BITCOUNT", key, *([] if start is end is None else [start, end]), *([] if mode is None else [mode]))
 def bitfield(key, default_overflow=None):
  return _rg_cmd._bitfield(key, default_overflow)
 def bitfield_ro(key, encoding, offset, items=None):
  return _rg_cmd._x("BITFIELD_RO", key, *(a for i in [(encoding, offset), *(items or ())] for a in ("GET", *i)))
 def bitop(operation, dest, *keys):
  return _rg_cmd._x("BITOP", operation, dest, *keys)
 def bitpos(key, bit, start=None, end=None, mode=None):
  return _rg_cmd._x("BITPOS", key, bit, *(a for a in (start, end, mode) if a is not None))
 def decr(name, amount=1):
  return _rg_cmd._x("DECRBY", name, amount)
 def decrby(name, amount=1):
  return _rg_cmd._x("DECRBY", name, amount)
 def delex(name, ifeq=None, ifne=None, ifdeq=None, ifdne=None):
  return _rg_cmd._x("DELEX", name, *_rg_cmd._opt(IFEQ=ifeq, IFNE=ifne, IFDEQ=ifdeq, IFDNE=ifdne))
 def digest(name):
  return _rg_cmd._x("DIGEST", name)
 def get(name):
  return _rg_cmd._x("GET", name)
 def getbit(name, offset):
  return _rg_cmd._x("GETBIT", name, offset)
 def getdel(name):
  return _rg_cmd._x("GETDEL", name)
 def getex(name, ex=None, px=None, exat=None, pxat=None, persist=False):
  return _rg_cmd._x("GETEX", name, *_rg_cmd._expiry(ex, px, exat, pxat), *_rg_cmd._flags(PERSIST=persist))
 def getrange(key, start, end):
  return _rg_cmd._x("GETRANGE", key, start, end)
 def getset(name, value):
  return _rg_cmd._x("GETSET", name, value)
 def incr(name, amount=1):
  return _rg_cmd._x("INCRBY", name, amount)
 def incrby(name, amount=1):
  return _rg_cmd._x("INCRBY", name, amount)
 def incrbyfloat(name, amount=1.0):
  return float(_rg_cmd._x("INCRBYFLOAT", name, amount))
 def increx(name, *, byfloat=None, byint=None, lbound=None, ubound=None, saturate=False, ex=None, px=None, exat=None, pxat=None, persist=False, enx=False):
  return _rg_cmd._x("INCREX", name, *_rg_cmd._opt(BYFLOAT=byfloat, BYINT=byint, LBOUND=lbound, UBOUND=ubound), *_rg_cmd._flags(SATURATE=saturate), *_rg_cmd._expiry(ex, px, exat, pxat), *_rg_cmd._flags(PERSIST=persist, ENX=enx))
 def lcs(key1, key2, len=False, idx=False, minmatchlen=0, withmatchlen=False):
  return _rg_cmd._x("LCS", key1, key2, *_rg_cmd._flags(LEN=len, IDX=idx), *_rg_cmd._opt(MINMATCHLEN=minmatchlen or None), *_rg_cmd._flags(WITHMATCHLEN=withmatchlen))
 def mget(keys, *args):
  keys = _rg_cmd._list(keys, args)
  return _rg_cmd._x("MGET", *keys) if keys else []
 def mset(mapping):
  return _rg_cmd._x("MSET", *_rg_cmd._flat(mapping)) == "OK"
 def msetex(mapping, data_persist_option=None, ex=None, px=None, exat=None, pxat=None, keepttl=False):
  return _rg_cmd._x("MSETEX", len(mapping), *_rg_cmd._flat(mapping), *_rg_cmd._choice(data_persist_option), *_rg_cmd._expiry(ex, px, exat, pxat), *_rg_cmd._flags(KEEPTTL=keepttl))
 def msetnx(mapping):
  return bool(_rg_cmd._x("MSETNX", *_rg_cmd._flat(mapping)))
 def psetex(name, time_ms, value):
  return bool(_rg_cmd._x("PSETEX", name, _rg_cmd._time(time_ms, 1000), value))
 def set(name, value, ex=None, px=None, nx=False, xx=False, keepttl=False, get=False, exat=None, pxat=None, ifeq=None, ifne=None, ifdeq=None, ifdne=None):
  return _rg_cmd._set_reply(_rg_cmd._x("SET", name, value, *_rg_cmd._flags(NX=nx, XX=xx), *_rg_cmd._opt(IFEQ=ifeq, IFNE=ifne, IFDEQ=ifdeq, IFDNE=ifdne), *_rg_cmd._flags(GET=get), *_rg_cmd._expiry(ex, px, exat, pxat), *_rg_cmd._flags(KEEPTTL=keepttl)), get)
 def setbit(name, offset, value):
  return _rg_cmd._x("SETBIT", name, offset, 1 if value else 0)
 def setex(name, time, value):
  return bool(_rg_cmd._x("SETEX", name, _rg_cmd._time(time), value))
 def setnx(name, value):
  return bool(_rg_cmd._x("SETNX", name, value))
 def setrange(name, offset, value):
  return _rg_cmd._x("SETRANGE", name, offset, value)
 def strlen(name):
  return _rg_cmd._x("STRLEN", name)
 def substr(name, start, end=-1):
  return _rg_cmd._x("SUBSTR", name, start, end)
 def copy(source, destination, destination_db=None, replace=False):
  return bool(_rg_cmd._x("COPY", source, destination, *_rg_cmd._opt(DB=destination_db), *_rg_cmd._flags(REPLACE=replace)))
 def delete(*names):
  return _rg_cmd._x("DEL", *names)
 def dump(name):
  return _rg_cmd._bytes(_rg_cmd._x("DUMP", name))
 def exists(*names):
  return _rg_cmd._x("EXISTS", *names)
 def expire(name, time, nx=False, xx=False, gt=False, lt=False):
  return bool(_rg_cmd._x("EXPIRE", name, _rg_cmd._time(time), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt)))
 def expireat(name, when, nx=False, xx=False, gt=False, lt=False):
  return bool(_rg_cmd._x("EXPIREAT", name, _rg_cmd._time(when), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt)))
 def expiretime(key):
  return _rg_cmd._x("EXPIRETIME", key)
 def keys(pattern="*"):
  return _rg_cmd._x("KEYS", pattern)
 def migrate(host, port, keys, destination_db, timeout, copy=False, replace=False, auth=None):
  return _rg_cmd._x("MIGRATE", host, port, "", destination_db, timeout, *_rg_cmd._flags(COPY=copy, REPLACE=replace), *_rg_cmd._opt(AUTH=auth or None), "KEYS", *_rg_cmd._list(keys))
 def move(name, db):
  return bool(_rg_cmd._x("MOVE", name, db))
 def object(infotype, key):
  return _rg_cmd._x("OBJECT", infotype, key)
 def persist(name):
  return bool(_rg_cmd._x("PERSIST", name))
 def pexpire(name, time, nx=False, xx=False, gt=False, lt=False):
  return bool(_rg_cmd._x("PEXPIRE", name, _rg_cmd._time(time, 1000), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt)))
 def pexpireat(name, when, nx=False, xx=False, gt=False, lt=False):
  return bool(_rg_cmd._x("PEXPIREAT", name, _rg_cmd._time(when, 1000), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt)))
 def pexpiretime(key):
  return _rg_cmd._x("PEXPIRETIME", key)
 def pttl(name):
  return _rg_cmd._x("PTTL", name)
 def randomkey():
  return _rg_cmd._x("RANDOMKEY")
 def rename(src, dst):
  return _rg_cmd._x("RENAME", src, dst) == "OK"
 def renamenx(src, dst):
  return bool(_rg_cmd._x("RENAMENX", src, dst))
 def restore(name, ttl, value, replace=False, absttl=False, idletime=None, frequency=None):
  return _rg_cmd._x("RESTORE", name, ttl, value, *_rg_cmd._flags(REPLACE=replace, ABSTTL=absttl), *_rg_cmd._opt(IDLETIME=idletime, FREQ=frequency))
 def scan(cursor=0, match=None, count=None, _type=None):
  return _rg_cmd._scan(_rg_cmd._x("SCAN", cursor, *_rg_cmd._opt(MATCH=match, COUNT=count, TYPE=_type)))
 def scan_iter(match=None, count=None, _type=None):
  return _rg_cmd._each(lambda cursor: _rg_cmd.scan(cursor, match, count, _type))
 def touch(*args):
  return _rg_cmd._x("TOUCH", *args)
 def ttl(name):
  return _rg_cmd._x("TTL", name)
 def type(name):
  return _rg_cmd._x("TYPE", name)
 def unlink(*names):
  return _rg_cmd._x("UNLINK", *names)
 def hdel(name, *keys):
  return _rg_cmd._x("HDEL", name, *keys)
 def hexists(name, key):
  return bool(_rg_cmd._x("HEXISTS", name, key))
 def hexpire(name, seconds, *fields, nx=False, xx=False, gt=False, lt=False):
  return _rg_cmd._x("HEXPIRE", name, _rg_cmd._time(seconds), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt), *_rg_cmd._fields(fields))
 def hexpireat(name, unix_time_seconds, *fields, nx=False, xx=False, gt=False, lt=False):
  return _rg_cmd._x("HEXPIREAT", name, _rg_cmd._time(unix_time_seconds), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt), *_rg_cmd._fields(fields))
 def hexpiretime(key, *fields):
  return _rg_cmd._x("HEXPIRETIME", key, *_rg_cmd._fields(fields))
 def hget(name, key):
  return _rg_cmd._x("HGET", name, key)
 def hgetall(name):
  return _rg_cmd._dict(_rg_cmd._x("HGETALL", name))
 def hgetdel(name, *keys):
  return _rg_cmd._x("HGETDEL", name, *_rg_cmd._fields(keys))
 def hgetex(name, *keys, ex=None, px=None, exat=None, pxat=None, persist=False):
  return _rg_cmd._x("HGETEX", name, *_rg_cmd._expiry(ex, px, exat, pxat), *_rg_cmd._flags(PERSIST=persist), *_rg_cmd._fields(keys))
 def hincrby(name, key, amount=1):
  return _rg_cmd._x("HINCRBY", name, key, amount)
 def hincrbyfloat(name, key, amount=1.0):
  return float(_rg_cmd._x("HINCRBYFLOAT", name, key, amount))
 def hkeys(name):
  return _rg_cmd._x("HKEYS", name)
 def hlen(name):
  return _rg_cmd._x("HLEN", name)
 def hmget(name, keys, *args):
  return _rg_cmd._x("HMGET", name, *_rg_cmd._list(keys, args))
 def hmset(name, mapping):
  return bool(_rg_cmd._x("HMSET", name, *_rg_cmd._flat(mapping)))
 def hpersist(name, *fields):
  return _rg_cmd._x("HPERSIST", name, *_rg_cmd._fields(fields))
 def hpexpire(name, milliseconds, *fields, nx=False, xx=False, gt=False, lt=False):
  return _rg_cmd._x("HPEXPIRE", name, _rg_cmd._time(milliseconds, 1000), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt), *_rg_cmd._fields(fields))
 def hpexpireat(name, unix_time_milliseconds, *fields, nx=False, xx=False, gt=False, lt=False):
  return _rg_cmd._x("HPEXPIREAT", name, _rg_cmd._time(unix_time_milliseconds, 1000), *_rg_cmd._flags(NX=nx, XX=xx, GT=gt, LT=lt), *_rg_cmd._fields(fields))
 def hpexpiretime(key, *fields):
  return _rg_cmd._x("HPEXPIRETIME", key, *_rg_cmd._fields(fields))
 def hpttl(key, *fields):
  return _rg_cmd._x("HPTTL", key, *_rg_cmd._fields(fields))
 def hrandfield(key, count=None, withvalues=False):
  return _rg_cmd._x("HRANDFIELD", key, *([] if count is None else [count]), *_rg_cmd._flags(WITHVALUES=withvalues))
 def hscan(name, cursor=0, match=None, count=None, no_values=None):
  return _rg_cmd._scan(_rg_cmd._x("HSCAN", name, cursor, *_rg_cmd._opt(MATCH=match, COUNT=count), *([] if no_values is None else ["NOVALUES"])), list if no_values else _rg_cmd._dict)
 def hscan_iter(name, match=None, count=None, no_values=None):
  return _rg_cmd._each(lambda cursor: _rg_cmd.hscan(name, cursor, match, count, no_values))
 def hset(name, key=None, value=None, mapping=None, items=None):
  return _rg_cmd._x("HSET", name, *(items or ()), *(() if key is None else (key, value)), *_rg_cmd._flat(mapping or {}))
 def hsetex(name, key=None, value=None, mapping=None, items=None, ex=None, px=None, exat=None, pxat=None, data_persist_option=None, keepttl=False):
  return _rg_cmd._x("HSETEX", name, *_rg_cmd._expiry(ex, px, exat, pxat), *_rg_cmd._choice(data_persist_option), *_rg_cmd._flags(KEEPTTL=keepttl), *_rg_cmd._fields([*(items or ()), *(() if key is None else (key, value)), *_rg_cmd._flat(mapping or {})], 2))
 def hsetnx(name, key, value):
  return _rg_cmd._x("HSETNX", name, key, value)
 def hstrlen(name, key):
  return _rg_cmd._x("HSTRLEN", name, key)
 def httl(key, *fields):
  return _rg_cmd._x("HTTL", key, *_rg_cmd._fields(fields))
 def hvals(name):
  return _rg_cmd._x("HVALS", name)
 def lindex(name, index):
  return _rg_cmd._x("LINDEX", name, index)
 def linsert(name, where, refvalue, value):
  return _rg_cmd._x("LINSERT", name, where, refvalue, value)
 def llen(name):
  return _rg_cmd._x("LLEN", name)
 def lmove(first_list, second_list, src="LEFT", dest="RIGHT"):
  return _rg_cmd._x("LMOVE", first_list, second_list, src, dest)
 def lmovem(first_list, second_list, src="LEFT", dest="RIGHT", count=None, mode=None, ordering=None):
  return _rg_cmd._x("LMOVEM", first_list, second_list, src, dest, *([] if count is None else [mode or "COUNT", count, ordering]))
 def lmpop(num_keys, *args, direction, count=1):
  return _rg_cmd._x("LMPOP", num_keys, *args, direction, *([] if count == 1 else ["COUNT", count]))
 def lpop(name, count=None):
  return _rg_cmd._x("LPOP", name, *([] if count is None else [count]))
 def lpos(name, value, rank=None, count=None, maxlen=None):
  return _rg_cmd._x("LPOS", name, value, *_rg_cmd._opt(RANK=rank, COUNT=count, MAXLEN=maxlen))
 def lpush(name, *values):
  return _rg_cmd._x("LPUSH", name, *values)
 def lpushx(name, *values):
  return _rg_cmd._x("LPUSHX", name, *values)
 def lrange(name, start, end):
  return _rg_cmd._x("LRANGE", name, start, end)
 def lrem(name, count, value):
  return _rg_cmd._x("LREM", name, count, value)
 def lset(name, index, value):
  return _rg_cmd._x("LSET", name, index, value) == "OK"
 def ltrim(name, start, end):
  return _rg_cmd._x("LTRIM", name, start, end) == "OK"
 def rpop(name, count=None):
  return _rg_cmd._x("RPOP", name, *([] if count is None else [count]))
 def rpoplpush(src, dst):
  return _rg_cmd._x("RPOPLPUSH", src, dst)
 def rpush(name, *values):
  return _rg_cmd._x("RPUSH", name, *values)
 def rpushx(name, *values):
  return _rg_cmd._x("RPUSHX", name, *values)
 def sort(name, start=None, num=None, by=None, get=None, desc=False, alpha=False, store=None, groups=False):
  return _rg_cmd._grouped(_rg_cmd._x("SORT", name, *_rg_cmd._sorting(start, num, by, get, desc, alpha), *_rg_cmd._opt(STORE=store)), groups and len(get))
 def sort_ro(key, start=None, num=None, by=None, get=None, desc=False, alpha=False):
  return _rg_cmd._x("SORT_RO", key, *_rg_cmd._sorting(start, num, by, get, desc, alpha))
 def pfadd(name, *values):
  return _rg_cmd._x("PFADD", name, *values)
 def pfcount(*sources):
  return _rg_cmd._x("PFCOUNT", *sources)
 def pfmerge(dest, *sources):
  return _rg_cmd._x("PFMERGE", dest, *sources) == "OK"
 def sadd(name, *values):
  return _rg_cmd._x("SADD", name, *values)
 def scard(name):
  return _rg_cmd._x("SCARD", name)
 def sdiff(keys, *args):
  return set(_rg_cmd._x("SDIFF", *_rg_cmd._list(keys, args)) or ())
 def sdiffcard(numkeys, keys, limit=0):
  return _rg_cmd._x("SDIFFCARD", numkeys, *keys, "LIMIT", limit)
 def sdiffstore(dest, keys, *args):
  return _rg_cmd._x("SDIFFSTORE", dest, *_rg_cmd._list(keys, args))
 def sinter(keys, *args):
  return set(_rg_cmd._x("SINTER", *_rg_cmd._list(keys, args)) or ())
 def sintercard(numkeys, keys, limit=0):
  return _rg_cmd._x("SINTERCARD", numkeys, *keys, "LIMIT", limit)
 def sinterstore(dest, keys, *args):
  return _rg_cmd._x("SINTERSTORE", dest, *_rg_cmd._list(keys, args))
 def sismember(name, value):
  return _rg_cmd._x("SISMEMBER", name, value)
 def smembers(name):
  return set(_rg_cmd._x("SMEMBERS", name) or ())
 def smismember(name, values, *args):
  return _rg_cmd._x("SMISMEMBER", name, *_rg_cmd._list(values, args))
 def smove(src, dst, value):
  return bool(_rg_cmd._x("SMOVE", src, dst, value))
 def spop(name, count=None):
  return _rg_cmd._x("SPOP", name, *([] if count is None else [count]))
 def srandmember(name, number=None):
  return _rg_cmd._x("SRANDMEMBER", name, *([] if number is None else [number]))
 def srem(name, *values):
  return _rg_cmd._x("SREM", name, *values)
 def sscan(name, cursor=0, match=None, count=None):
  return _rg_cmd._scan(_rg_cmd._x("SSCAN", name, cursor, *_rg_cmd._opt(MATCH=match, COUNT=count)))
 def sscan_iter(name, match=None, count=None):
  return _rg_cmd._each(lambda cursor: _rg_cmd.sscan(name, cursor, match, count))
 def sunion(keys, *args):
  return set(_rg_cmd._x("SUNION", *_rg_cmd._list(keys, args)) or ())
 def sunioncard(numkeys, keys, limit=0, approx=False):
  return _rg_cmd._x("SUNIONCARD", numkeys, *keys, *_rg_cmd._flags(APPROX=approx), "LIMIT", limit)
 def sunionstore(dest, keys, *args):
  return _rg_cmd._x("SUNIONSTORE", dest, *_rg_cmd._list(keys, args))
 def zadd(name, mapping, nx=False, xx=False, ch=False, incr=False, gt=False, lt=False):
  return _rg_cmd._added(_rg_cmd._x("ZADD", name, *_rg_cmd._flags(NX=nx, XX=xx, CH=ch, INCR=incr, GT=gt, LT=lt), *(a for m, s in dict(mapping).items() for a in (s, m))), incr)
 def zcard(name):
  return _rg_cmd._x("ZCARD", name)
 def zcount(name, min, max):
  return _rg_cmd._x("ZCOUNT", name, min, max)
 def zdiff(keys, withscores=False):
  return _rg_cmd._x("ZDIFF", len(keys), *keys, *_rg_cmd._flags(WITHSCORES=withscores))
 def zdiffstore(dest, keys):
  return _rg_cmd._x("ZDIFFSTORE", dest, len(keys), *keys)
 def zincrby(name, amount, value):
  return _rg_cmd._float(_rg_cmd._x("ZINCRBY", name, amount, value))
 def zinter(keys, aggregate=None, withscores=False):
  return _rg_cmd._scored(_rg_cmd._x("ZINTER", *_rg_cmd._weighted(keys, aggregate), *_rg_cmd._flags(WITHSCORES=withscores)), withscores)
 def zintercard(numkeys, keys, limit=0):
  return _rg_cmd._x("ZINTERCARD", numkeys, *keys, "LIMIT", limit)
 def zinterstore(dest, keys, aggregate=None):
  return _rg_cmd._x("ZINTERSTORE", dest, *_rg_cmd._weighted(keys, aggregate))
 def zlexcount(name, min, max):
  return _rg_cmd._x("ZLEXCOUNT", name, min, max)
 def zmpop(num_keys, keys, min=False, max=False, count=1):
  return _rg_cmd._x("ZMPOP", num_keys, *keys, *_rg_cmd._flags(MIN=min, MAX=max), *([] if count == 1 else ["COUNT", count]))
 def zmscore(key, members):
  return [_rg_cmd._float(r) for r in _rg_cmd._x("ZMSCORE", key, *members)]
 def zpopmax(name, count=None):
  return _rg_cmd._scored(_rg_cmd._x("ZPOPMAX", name, *([] if count is None else [count])), True)
 def zpopmin(name, count=None):
  return _rg_cmd._scored(_rg_cmd._x("ZPOPMIN", name, *([] if count is None else [count])), True)
 def zrandmember(key, count=None, withscores=False):
  return _rg_cmd._x("ZRANDMEMBER", key, *([] if count is None else [count]), *_rg_cmd._flags(WITHSCORES=withscores))
 def zrange(name, start, end, desc=False, withscores=False, score_cast_func=float, byscore=False, bylex=False, offset=None, num=None):
  by_rank = not byscore and not bylex and offset is num is None
  if desc and by_rank:
   return _rg_cmd.zrevrange(name, start, end, withscores, score_cast_func)
  reply = _rg_cmd._x("ZRANGE", name, start, end, *_rg_cmd._ranging(byscore, bylex, desc, offset, num), *_rg_cmd._flags(WITHSCORES=withscores))
  return _rg_cmd._scored(reply, withscores, score_cast_func)
 def zrangebylex(name, min, max, start=None, num=None):
  return _rg_cmd._x("ZRANGEBYLEX", name, min, max, *_rg_cmd._limit(start, num))
 def zrangebyscore(name, min, max, start=None, num=None, withscores=False, score_cast_func=float):
  return _rg_cmd._scored(_rg_cmd._x("ZRANGEBYSCORE", name, min, max, *_rg_cmd._limit(start, num), *_rg_cmd._flags(WITHSCORES=withscores)), withscores, score_cast_func)
 def zrangestore(dest, name, start, end, byscore=False, bylex=False, desc=False, offset=None, num=None):
  return _rg_cmd._x("ZRANGESTORE", dest, name, start, end, *_rg_cmd._ranging(byscore, bylex, desc, offset, num))
 def zrank(name, value, withscore=False, score_cast_func=float):
  return _rg_cmd._ranked(_rg_cmd._x("ZRANK", name, value, *_rg_cmd._flags(WITHSCORE=withscore)), withscore, score_cast_func)
 def zrem(name, *values):
  return _rg_cmd._x("ZREM", name, *values)
 def zremrangebylex(name, min, max):
  return _rg_cmd._x("ZREMRANGEBYLEX", name, min, max)
 def zremrangebyrank(name, min, max):
  return _rg_cmd._x("ZREMRANGEBYRANK", name, min, max)
 def zremrangebyscore(name, min, max):
  return _rg_cmd._x("ZREMRANGEBYSCORE", name, min, max)
 def zrevrange(name, start, end, withscores=False, score_cast_func=float):
  return _rg_cmd._scored(_rg_cmd._x("ZREVRANGE", name, start, end, *_rg_cmd._flags(WITHSCORES=withscores)), withscores, score_cast_func)
 def zrevrangebylex(name, max, min, start=None, num=None):
  return _rg_cmd._x("ZREVRANGEBYLEX", name, max, min, *_rg_cmd._limit(start, num))
 def zrevrangebyscore(name, max, min, start=None, num=None, withscores=False, score_cast_func=float):
  return _rg_cmd._scored(_rg_cmd._x("ZREVRANGEBYSCORE", name, max, min, *_rg_cmd._limit(start, num), *_rg_cmd._flags(WITHSCORES=withscores)), withscores, score_cast_func)
 def zrevrank(name, value, withscore=False, score_cast_func=float):
  return _rg_cmd._ranked(_rg_cmd._x("ZREVRANK", name, value, *_rg_cmd._flags(WITHSCORE=withscore)), withscore, score_cast_func)
 def zscan(name, cursor=0, match=None, count=None, score_cast_func=float):
  return _rg_cmd._scan(_rg_cmd._x("ZSCAN", name, cursor, *_rg_cmd._opt(MATCH=match, COUNT=count)), lambda r: _rg_cmd._scored(r, True, score_cast_func))
 def zscan_iter(name, match=None, count=None, score_cast_func=float):
  return _rg_cmd._each(lambda cursor: _rg_cmd.zscan(name, cursor, match, count, score_cast_func))
 def zscore(name, value):
  return _rg_cmd._float(_rg_cmd._x("ZSCORE", name, value))
 def zunion(keys, aggregate=None, withscores=False, score_cast_func=float):
  return _rg_cmd._scored(_rg_cmd._x("ZUNION", *_rg_cmd._weighted(keys, aggregate), *_rg_cmd._flags(WITHSCORES=withscores)), withscores, score_cast_func)
 def zunionstore(dest, keys, aggregate=None):
  return _rg_cmd._x("ZUNIONSTORE", dest, *_rg_cmd._weighted(keys, aggregate))
 def xack(name, groupname, *ids):
  return _rg_cmd._x("XACK", name, groupname, *ids)
 def xackdel(name, groupname, *ids, ref_policy="KEEPREF"):
  return _rg_cmd._x("XACKDEL", name, groupname, ref_policy, "IDS", len(ids), *ids)
 def xadd(name, fields, id="*", maxlen=None, approximate=True, nomkstream=False, minid=None, limit=None, ref_policy=None, idmpauto=None, idmp=None):
  return _rg_cmd._x("XADD", name, *_rg_cmd._flags(NOMKSTREAM=nomkstream), *([ref_policy] if ref_policy else []), *_rg_cmd._opt(IDMPAUTO=idmpauto), *(["IDMP", *idmp] if idmp else []), *_rg_cmd._trim(maxlen, minid, approximate), *_rg_cmd._opt(LIMIT=limit), id, *_rg_cmd._flat(fields))
 def xautoclaim(name, groupname, consumername, min_idle_time, start_id="0-0", count=None, justid=False):
  return _rg_cmd._claimed(_rg_cmd._x("XAUTOCLAIM", name, groupname, consumername, min_idle_time, start_id, *_rg_cmd._opt(COUNT=count), *_rg_cmd._flags(JUSTID=justid)), justid)
 def xcfgset(name, idmp_duration=None, idmp_maxsize=None):
  return _rg_cmd._x("XCFGSET", name, *_rg_cmd._opt(**{"IDMP-DURATION": idmp_duration, "IDMP-MAXSIZE": idmp_maxsize}))
 def xclaim(name, groupname, consumername, min_idle_time, message_ids, idle=None, time=None, retrycount=None, force=False, justid=False):
  return (list if justid else _rg_cmd._entries)(_rg_cmd._x("XCLAIM", name, groupname, consumername, min_idle_time, *message_ids, *_rg_cmd._opt(IDLE=idle, TIME=time, RETRYCOUNT=retrycount), *_rg_cmd._flags(FORCE=force, JUSTID=justid)))
 def xdel(name, *ids):
  return _rg_cmd._x("XDEL", name, *ids)
 def xdelex(name, *ids, ref_policy="KEEPREF"):
  return _rg_cmd._x("XDELEX", name, ref_policy, "IDS", len(ids), *ids)
 def xgroup_create(name, groupname, id="$", mkstream=False, entries_read=None):
  return _rg_cmd._x("XGROUP", "CREATE", name, groupname, id, *_rg_cmd._flags(MKSTREAM=mkstream), *_rg_cmd._opt(ENTRIESREAD=entries_read)) == "OK"
 def xgroup_createconsumer(name, groupname, consumername):
  return _rg_cmd._x("XGROUP", "CREATECONSUMER", name, groupname, consumername)
 def xgroup_delconsumer(name, groupname, consumername):
  return _rg_cmd._x("XGROUP", "DELCONSUMER", name, groupname, consumername)
 def xgroup_destroy(name, groupname):
  return bool(_rg_cmd._x("XGROUP", "DESTROY", name, groupname))
 def xgroup_setid(name, groupname, id, entries_read=None):
  return _rg_cmd._x("XGROUP", "SETID", name, groupname, id, *_rg_cmd._opt(ENTRIESREAD=entries_read)) == "OK"
 def xinfo_consumers(name, groupname):
  return [_rg_cmd._dict(r) for r in _rg_cmd._x("XINFO", "CONSUMERS", name, groupname)]
 def xinfo_groups(name):
  return [_rg_cmd._dict(r) for r in _rg_cmd._x("XINFO", "GROUPS", name)]
 def xinfo_stream(name, full=False):
  return _rg_cmd._stream(_rg_cmd._x("XINFO", "STREAM", name, *_rg_cmd._flags(FULL=full)), full)
 def xlen(name):
  return _rg_cmd._x("XLEN", name)
 def xnack(name, groupname, mode, *ids, retrycount=None, force=False):
  return _rg_cmd._x("XNACK", name, groupname, mode, "IDS", len(ids), *ids, *_rg_cmd._opt(RETRYCOUNT=retrycount), *_rg_cmd._flags(FORCE=force))
 def xpending(name, groupname):
  return _rg_cmd._pending(_rg_cmd._x("XPENDING", name, groupname))
 def xpending_range(name, groupname, min, max, count, consumername=None, idle=None):
  return _rg_cmd._pending_range(_rg_cmd._x("XPENDING", name, groupname, *_rg_cmd._opt(IDLE=idle), min, max, count, *([consumername] if consumername else [])))
 def xrange(name, min="-", max="+", count=None):
  return _rg_cmd._entries(_rg_cmd._x("XRANGE", name, min, max, *_rg_cmd._opt(COUNT=count)))
 def xread(streams, count=None, block=None, max_count=None, max_size=None):
  return [[s, _rg_cmd._entries(r)] for s, r in _rg_cmd._x("XREAD", *_rg_cmd._block(block), *_rg_cmd._opt(COUNT=count, MAXCOUNT=max_count, MAXSIZE=max_size), "STREAMS", *streams, *streams.values()) or ()]
 def xreadgroup(groupname, consumername, streams, count=None, block=None, noack=False, claim_min_idle_time=None, max_count=None, max_size=None):
  return [[s, _rg_cmd._entries(r)] for s, r in _rg_cmd._x("XREADGROUP", "GROUP", groupname, consumername, *_rg_cmd._block(block), *_rg_cmd._opt(COUNT=count, MAXCOUNT=max_count, MAXSIZE=max_size), *_rg_cmd._flags(NOACK=noack), *_rg_cmd._opt(CLAIM=claim_min_idle_time), "STREAMS", *streams, *streams.values()) or ()]
 def xrevrange(name, max="+", min="-", count=None):
  return _rg_cmd._entries(_rg_cmd._x("XREVRANGE", name, max, min, *_rg_cmd._opt(COUNT=count)))
 def xtrim(name, maxlen=None, approximate=True, minid=None, limit=None, ref_policy=None):
  return _rg_cmd._x("XTRIM", name, *_rg_cmd._trim(maxlen, minid, approximate), *_rg_cmd._opt(LIMIT=limit), *([ref_policy] if ref_policy else []))
 def geoadd(name, values, nx=False, xx=False, ch=False):
  return _rg_cmd._x("GEOADD", name, *_rg_cmd._flags(NX=nx, XX=xx, CH=ch), *values)
 def geodist(name, place1, place2, unit=None):
  return _rg_cmd._float(_rg_cmd._x("GEODIST", name, place1, place2, *([unit] if unit else [])))
 def geohash(name, *values):
  return _rg_cmd._x("GEOHASH", name, *values)
 def geopos(name, *values):
  return _rg_cmd._positions(_rg_cmd._x("GEOPOS", name, *values))
 def georadius(name, longitude, latitude, radius, unit=None, withdist=False, withcoord=False, withhash=False, count=None, sort=None, store=None, store_dist=None, any=False):
  return _rg_cmd._places(_rg_cmd._x("GEORADIUS", name, longitude, latitude, radius, *_rg_cmd._radius(unit, withdist, withcoord, withhash, count, sort, store, store_dist, any)), withdist, withcoord, withhash, store or store_dist)
 def georadiusbymember(name, member, radius, unit=None, withdist=False, withcoord=False, withhash=False, count=None, sort=None, store=None, store_dist=None, any=False):
  return _rg_cmd._places(_rg_cmd._x("GEORADIUSBYMEMBER", name, member, radius, *_rg_cmd._radius(unit, withdist, withcoord, withhash, count, sort, store, store_dist, any)), withdist, withcoord, withhash, store or store_dist)
 def geosearch(name, member=None, longitude=None, latitude=None, unit="m", radius=None, width=None, height=None, sort=None, count=None, any=False, withcoord=False, withdist=False, withhash=False):
  return _rg_cmd._places(_rg_cmd._x("GEOSEARCH", name, *_rg_cmd._search(member, longitude, latitude, unit, radius, width, height, sort, count, any), *_rg_cmd._flags(WITHDIST=withdist, WITHCOORD=withcoord, WITHHASH=withhash)), withdist, withcoord, withhash)
 def geosearchstore(dest, name, member=None, longitude=None, latitude=None, unit="m", radius=None, width=None, height=None, sort=None, count=None, any=False, storedist=False):
  return _rg_cmd._x("GEOSEARCHSTORE", dest, name, *_rg_cmd._search(member, longitude, latitude, unit, radius, width, height, sort, count, any), *_rg_cmd._flags(STOREDIST=storedist))
 def arcount(name):
  return _rg_cmd._x("ARCOUNT", name)
 def ardel(name, *indices):
  return _rg_cmd._x("ARDEL", name, *indices)
 def ardelrange(name, *ranges):
  return _rg_cmd._x("ARDELRANGE", name, *(a for r in ranges for a in r))
 def arget(name, index):
  return _rg_cmd._x("ARGET", name, index)
 def argetrange(name, start, end):
  return _rg_cmd._x("ARGETRANGE", name, start, end)
 def argrep(name, start, end, predicates, combinator=None, limit=None, withvalues=False, nocase=False):
  return _rg_cmd._x("ARGREP", name, start, end, *(a for p, v in predicates for a in (*_rg_cmd._choice(p), v)), *_rg_cmd._choice(combinator), *_rg_cmd._opt(LIMIT=limit), *_rg_cmd._flags(WITHVALUES=withvalues, NOCASE=nocase))
 def arinfo(name, full=False):
  return _rg_cmd._dict(_rg_cmd._x("ARINFO", name, *_rg_cmd._flags(FULL=full)))
 def arinsert(name, *values):
  return _rg_cmd._x("ARINSERT", name, *values)
 def arlastitems(name, count, rev=False):
  return _rg_cmd._x("ARLASTITEMS", name, count, *_rg_cmd._flags(REV=rev))
 def arlen(name):
  return _rg_cmd._x("ARLEN", name)
 def armget(name, *indices):
  return _rg_cmd._x("ARMGET", name, *indices)
 def armset(name, mapping):
  return _rg_cmd._x("ARMSET", name, *_rg_cmd._flat(mapping))
 def arnext(name):
  return _rg_cmd._x("ARNEXT", name)
 def arop(name, start, end, operation, value=None):
  return _rg_cmd._x("AROP", name, start, end, *_rg_cmd._choice(operation), *([] if value is None else [value]))
 def arring(name, size, *values):
  return _rg_cmd._x("ARRING", name, size, *values)
 def arscan(name, start, end, limit=None):
  return _rg_cmd._x("ARSCAN", name, start, end, *_rg_cmd._opt(LIMIT=limit))
 def arseek(name, index):
  return _rg_cmd._x("ARSEEK", name, index)
 def arset(name, index, *values):
  return _rg_cmd._x("ARSET", name, index, *values)
 def eval(script, numkeys, *keys_and_args):
  return _rg_cmd._x("EVAL", script, numkeys, *keys_and_args)
 def eval_ro(script, numkeys, *keys_and_args):
  return _rg_cmd._x("EVAL_RO", script, numkeys, *keys_and_args)
 def evalsha(sha, numkeys, *keys_and_args):
  return _rg_cmd._x("EVALSHA", sha, numkeys, *keys_and_args)
 def evalsha_ro(sha, numkeys, *keys_and_args):
  return _rg_cmd._x("EVALSHA_RO", sha, numkeys, *keys_and_args)
 def execute_command(*args):
  return _rg_cmd._x(*args[0].split(), *args[1:])
 def fcall(function, numkeys, *keys_and_args):
  return _rg_cmd._x("FCALL", function, numkeys, *keys_and_args)
 def fcall_ro(function, numkeys, *keys_and_args):
  return _rg_cmd._x("FCALL_RO", function, numkeys, *keys_and_args)
 def function_delete(library):
  return _rg_cmd._x("FUNCTION", "DELETE", library) == "OK"
 def function_dump():
  return _rg_cmd._bytes(_rg_cmd._x("FUNCTION", "DUMP"))
 def function_flush(mode="SYNC"):
  return _rg_cmd._x("FUNCTION", "FLUSH", mode) == "OK"
 def function_kill():
  return _rg_cmd._x("FUNCTION", "KILL")
 def function_list(library="*", withcode=False):
  return _rg_cmd._x("FUNCTION", "LIST", "LIBRARYNAME", library, *_rg_cmd._flags(WITHCODE=withcode))
 def function_load(code, replace=False):
  return _rg_cmd._x("FUNCTION", "LOAD", *_rg_cmd._flags(REPLACE=replace), code)
 def function_restore(payload, policy="APPEND"):
  return _rg_cmd._x("FUNCTION", "RESTORE", payload, policy) == "OK"
 def function_stats():
  return _rg_cmd._x("FUNCTION", "STATS")
 def register_script(script):
  return lambda keys=None, args=None, client=None: _rg_cmd.eval(script, len(keys or ()), *(keys or ()), *(args or ()))
 def script_exists(*args):
  return [bool(r) for r in _rg_cmd._x("SCRIPT", "EXISTS", *args)]
 def script_flush(sync_type=None):
  return _rg_cmd._x("SCRIPT", "FLUSH", *([] if sync_type is None else [sync_type])) == "OK"
 def script_kill():
  return _rg_cmd._x("SCRIPT", "KILL") == "OK"
 def script_load(script):
  return _rg_cmd._x("SCRIPT", "LOAD", script)
 def acl_cat(category=None):
  return _rg_cmd._x("ACL", "CAT", *([category] if category else []))
 def acl_deluser(*username):
  return _rg_cmd._x("ACL", "DELUSER", *username)
 def acl_dryrun(username, *args):
  return _rg_cmd._x("ACL", "DRYRUN", username, *args)
 def acl_genpass(bits=None):
  return _rg_cmd._x("ACL", "GENPASS", *([] if bits is None else [bits]))
 def acl_getuser(username):
  return _rg_cmd._user(_rg_cmd._x("ACL", "GETUSER", username))
 def acl_help():
  return _rg_cmd._x("ACL", "HELP")
 def acl_list():
  return _rg_cmd._x("ACL", "LIST")
 def acl_load():
  return _rg_cmd._x("ACL", "LOAD") == "OK"
 def acl_log(count=None):
  return _rg_cmd._acl_log(_rg_cmd._x("ACL", "LOG", *([] if count is None else [count])))
 def acl_log_reset():
  return _rg_cmd._x("ACL", "LOG", "RESET") == "OK"
 def acl_save():
  return _rg_cmd._x("ACL", "SAVE") == "OK"
 def acl_setuser(username, enabled=False, nopass=False, passwords=None, hashed_passwords=None, categories=None, commands=None, keys=None, channels=None, selectors=None, reset=False, reset_keys=False, reset_channels=False, reset_passwords=False):
  return _rg_cmd._x("ACL", "SETUSER", username, *_rg_cmd._flags(reset=reset, resetkeys=reset_keys, resetchannels=reset_channels, resetpass=reset_passwords), "on" if enabled else "off", *_rg_cmd._rules(passwords, ">", "<"), *_rg_cmd._rules(hashed_passwords, "#", "!"), *_rg_cmd._flags(nopass=nopass), *_rg_cmd._rules(categories, "+@", "-@"), *_rg_cmd._rules(commands, "+", "-"), *map(_rg_cmd._pattern, keys or ()), *("&" + c for c in channels or ()), *("(%s %s)" % (_rg_cmd._rules([c], "+", "-")[0], _rg_cmd._pattern(k)) for c, k in selectors or ())) == "OK"
 def acl_users():
  return _rg_cmd._x("ACL", "USERS")
 def acl_whoami():
  return _rg_cmd._x("ACL", "WHOAMI")
 def client_kill(address):
  return _rg_cmd._ok_or_count(_rg_cmd._x("CLIENT", "KILL", address))
 def client_kill_filter(_id=None, _type=None, addr=None, skipme=None, laddr=None, user=None, maxage=None):
  return _rg_cmd._ok_or_count(_rg_cmd._x("CLIENT", "KILL", *_rg_cmd._opt(TYPE=_type, SKIPME=None if skipme is None else "YES" if skipme else "NO", ID=_id, ADDR=addr, LADDR=laddr, USER=user, MAXAGE=maxage)))
 def client_list(_type=None, client_id=()):
  return _rg_cmd._clients(_rg_cmd._x("CLIENT", "LIST", *_rg_cmd._opt(TYPE=_type), *(["ID", *client_id] if client_id else [])))
 def client_pause(timeout, all=True):
  return _rg_cmd._x("CLIENT", "PAUSE", timeout, *([] if all else ["WRITE"])) == "OK"
 def client_unblock(client_id, error=False):
  return bool(_rg_cmd._x("CLIENT", "UNBLOCK", client_id, *_rg_cmd._flags(ERROR=error)))
 def client_unpause():
  return _rg_cmd._x("CLIENT", "UNPAUSE")
 def cluster(cluster_arg, *args):
  return _rg_cmd._cluster_reply(cluster_arg.upper(), _rg_cmd._x("CLUSTER", *cluster_arg.upper().split(), *args))
 def publish(channel, message):
  return _rg_cmd._x("PUBLISH", channel, message)
 def pubsub_channels(pattern="*"):
  return _rg_cmd._x("PUBSUB", "CHANNELS", pattern)
 def pubsub_numpat():
  return _rg_cmd._x("PUBSUB", "NUMPAT")
 def pubsub_numsub(*args):
  return _rg_cmd._pairs(_rg_cmd._x("PUBSUB", "NUMSUB", *args))
 def pubsub_shardchannels(pattern="*"):
  return _rg_cmd._x("PUBSUB", "SHARDCHANNELS", pattern)
 def pubsub_shardnumsub(*args):
  return _rg_cmd._pairs(_rg_cmd._x("PUBSUB", "SHARDNUMSUB", *args))
 def spublish(shard_channel, message):
  return _rg_cmd._x("SPUBLISH", shard_channel, message)
 def bgrewriteaof():
  return bool(_rg_cmd._x("BGREWRITEAOF"))
 def bgsave(schedule=True):
  return bool(_rg_cmd._x("BGSAVE", *_rg_cmd._flags(SCHEDULE=schedule)))
 def command():
  return _rg_cmd._commands(_rg_cmd._x("COMMAND"))
 def command_count():
  return _rg_cmd._x("COMMAND", "COUNT")
 def command_getkeys(*args):
  return _rg_cmd._x("COMMAND", "GETKEYS", *args)
 def command_getkeysandflags(*args):
  return _rg_cmd._x("COMMAND", "GETKEYSANDFLAGS", *args)
 def command_list(module=None, category=None, pattern=None):
  return _rg_cmd._x("COMMAND", "LIST", *([] if module is category is pattern is None else ["FILTERBY"]), *_rg_cmd._opt(MODULE=module, ACLCAT=category, PATTERN=pattern))
 def config_get(pattern="*", *args):
  return _rg_cmd._dict(_rg_cmd._x("CONFIG", "GET", pattern, *args))
 def config_resetstat():
  return _rg_cmd._x("CONFIG", "RESETSTAT") == "OK"
 def config_rewrite():
  return _rg_cmd._x("CONFIG", "REWRITE")
 def config_set(name, value, *args):
  return _rg_cmd._x("CONFIG", "SET", name, value, *args) == "OK"
 def dbsize():
  return _rg_cmd._x("DBSIZE")
 def debug_object(key):
  return _rg_cmd._debug(_rg_cmd._x("DEBUG", "OBJECT", key))
 def echo(value):
  return _rg_cmd._x("ECHO", value)
 def flushall(asynchronous=False):
  return _rg_cmd._x("FLUSHALL", *_rg_cmd._flags(ASYNC=asynchronous)) == "OK"
 def flushdb(asynchronous=False):
  return _rg_cmd._x("FLUSHDB", *_rg_cmd._flags(ASYNC=asynchronous)) == "OK"
 def hotkeys_get():
  return [_rg_cmd._dict(r) for r in _rg_cmd._x("HOTKEYS", "GET")]
 def hotkeys_reset():
  return _rg_cmd._x("HOTKEYS", "RESET")
 def hotkeys_start(metrics, count=None, duration=None, sample_ratio=None, slots=None):
  return _rg_cmd._x("HOTKEYS", "START", "METRICS", len(metrics), *(a for m in metrics for a in _rg_cmd._choice(m)), *_rg_cmd._opt(COUNT=count, DURATION=duration, SAMPLE=sample_ratio), *([] if slots is None else ["SLOTS", len(slots), *slots]))
 def hotkeys_stop():
  return _rg_cmd._x("HOTKEYS", "STOP")
 def info(section=None, *args):
  return _rg_cmd._info(_rg_cmd._x("INFO", *([] if section is None else [section, *args])))
 def lastsave():
  return _rg_cmd._datetime(_rg_cmd._x("LASTSAVE"))
 def latency_history(event):
  return _rg_cmd._x("LATENCY", "HISTORY", event)
 def latency_latest():
  return _rg_cmd._x("LATENCY", "LATEST")
 def latency_reset(*events):
  return _rg_cmd._x("LATENCY", "RESET", *events)
 def lolwut(*version_numbers):
  return _rg_cmd._x("LOLWUT", *(["VERSION", *version_numbers] if version_numbers else []))
 def memory_malloc_stats():
  return _rg_cmd._x("MEMORY", "MALLOC-STATS")
 def memory_purge():
  return _rg_cmd._x("MEMORY", "PURGE") == "OK"
 def memory_stats():
  return _rg_cmd._memory(_rg_cmd._x("MEMORY", "STATS"))
 def memory_usage(key, samples=None):
  return _rg_cmd._x("MEMORY", "USAGE", key, *_rg_cmd._opt(SAMPLES=samples))
 def module_list():
  return [_rg_cmd._dict(r) for r in _rg_cmd._x("MODULE", "LIST")]
 def ping():
  return _rg_cmd._x("PING") == "PONG"
 def replicaof(*args):
  return _rg_cmd._x("REPLICAOF", *args)
 def role():
  return _rg_cmd._x("ROLE")
 def save():
  return _rg_cmd._x("SAVE") == "OK"
 def slaveof(host=None, port=None):
  return _rg_cmd._x("SLAVEOF", *(["NO", "ONE"] if host is port is None else [host, port])) == "OK"
 def slowlog_get(num=None):
  return _rg_cmd._slowlog(_rg_cmd._x("SLOWLOG", "GET", *([] if num is None else [num])))
 def slowlog_len():
  return _rg_cmd._x("SLOWLOG", "LEN")
 def slowlog_reset():
  return _rg_cmd._x("SLOWLOG", "RESET") == "OK"
 def swapdb(first, second):
  return _rg_cmd._x("SWAPDB", first, second) == "OK"
 def time():
  return tuple(map(int, _rg_cmd._x("TIME")))
 class gears:
  def abortexecution(id):
   return _rg_cmd._x("RG.ABORTEXECUTION", id) == "OK"
  def dropexecution(id):
   return _rg_cmd._x("RG.DROPEXECUTION", id) == "OK"
  def dumpexecutions():
   return [_rg_cmd._named(r) for r in _rg_cmd._x("RG.DUMPEXECUTIONS")]
  def dumpregistrations():
   return [_rg_cmd._named(r) for r in _rg_cmd._x("RG.DUMPREGISTRATIONS")]
  def infocluster():
   return _rg_cmd._cluster_info(_rg_cmd._x("RG.INFOCLUSTER"))
  def pydumpreqs():
   return [_rg_cmd._named(r) for r in _rg_cmd._x("RG.PYDUMPREQS")]
  def pystats():
   return _rg_cmd._named(_rg_cmd._x("RG.PYSTATS"))
  def refreshcluster():
   return _rg_cmd._x("RG.REFRESHCLUSTER") == "OK"
  def trigger(trigger_name, *args):
   return _rg_cmd._x("RG.TRIGGER", trigger_name, *args)
  def unregister(id):
   return _rg_cmd._x("RG.UNREGISTER", id) == "OK"
 def _x(*args):
  return _rg_cmd._received(execute(*map(_rg_cmd._sent, args)))
 def _bitfield(key, overflow):
  class _rg_bitfield:
   def __init__(self):
    self.reset()
   def reset(self):
    self.operations, self.last = [], "WRAP"
    self.overflow(overflow or "WRAP")
   def _add(self, *operation):
    self.operations.append(operation)
    return self
   def overflow(self, overflow):
    if overflow.upper() != self.last:
     self.last = overflow.upper()
     self._add("OVERFLOW", self.last)
    return self
   def incrby(self, fmt, offset, increment, overflow=None):
    if overflow is not None:
     self.overflow(overflow)
    return self._add("INCRBY", fmt, offset, increment)
   def get(self, fmt, offset):
    return self._add("GET", fmt, offset)
   def set(self, fmt, offset, value):
    return self._add("SET", fmt, offset, value)
   @property
   def command(self):
    return ["BITFIELD", key, *(a for o in self.operations for a in o)]
   def execute(self):
    command = self.command
    self.reset()
    return _rg_cmd._x(*command)
  return _rg_bitfield()
 def _opt(**options):
  return [a for o in options.items() if o[1] is not None for a in o]
 def _expiry(ex, px, exat, pxat):
  return _rg_cmd._opt(
   EX=_rg_cmd._time(ex),
   PX=_rg_cmd._time(px, 1000),
   EXAT=_rg_cmd._time(exat),
   PXAT=_rg_cmd._time(pxat, 1000),
  )
 def _flags(**flags):
  return [f for f in flags if flags[f]]
 def _list(values, more=()):
  if isinstance(values, (str, bytes, bytearray, memoryview)) or not hasattr(values, "__iter__"):
   values = [values]
  return [*values, *more]
 def _flat(mapping):
  if not hasattr(mapping, "keys") and not hasattr(mapping, "__iter__"):
   mapping = vars(mapping)
  return [a for item in dict(mapping).items() for a in item]
 def _choice(value):
  return [getattr(value, "value", value)] if value else []
 def _time(value, unit=1):
  for method in "total_seconds", "timestamp":
   if hasattr(value, method):
    return int(getattr(value, method)() * unit)
  return value
 def _set_reply(reply, get):
  return reply if get or reply is None else reply == "OK"
 def _bytes(reply):
  return reply.encode() if isinstance(reply, str) else reply
 def _scan(reply, into=list):
  return int(reply[0]), into(reply[1])
 def _each(scan):
  cursor = None
  while cursor != 0:
   cursor, found = scan(cursor or 0)
   yield from found.items() if isinstance(found, dict) else found
 def _fields(fields, step=1):
  return ["FIELDS", len(fields) // step, *fields]
 def _dict(reply):
  return dict(zip(reply[::2], reply[1::2])) if reply else {}
 def _grouped(reply, groups):
  if not groups or not reply:
   return reply
  return list(zip(*(reply[i::groups] for i in range(groups))))
 def _sorting(start, num, by, get, desc, alpha):
  return [
   *_rg_cmd._opt(BY=by),
   *_rg_cmd._limit(start, num),
   *(a for g in ([] if get is None else _rg_cmd._list(get)) for a in ("GET", g)),
   *_rg_cmd._flags(DESC=desc, ALPHA=alpha),
  ]
 def _added(reply, incr):
  return _rg_cmd._float(reply) if incr else reply
 def _float(reply):
  return None if reply is None else float(reply)
 def _scored(reply, withscores, cast=float):
  if not withscores or not reply:
   return reply
  return [(m, _rg_cmd._score(s, cast)) for m, s in zip(reply[::2], reply[1::2])]
 def _weighted(keys, aggregate):
  weights = ["WEIGHTS", *keys.values()] if isinstance(keys, dict) else []
  return [len(keys), *keys, *weights, *(["AGGREGATE", aggregate] if aggregate else [])]
 def _ranging(byscore, bylex, desc, offset, num):
  return [*_rg_cmd._flags(BYSCORE=byscore, BYLEX=bylex, REV=desc), *_rg_cmd._limit(offset, num)]
 def _limit(start, num):
  return [] if start is num is None else ["LIMIT", start, num]
 def _ranked(reply, withscore, cast):
  if not withscore or not reply:
   return reply
  return [reply[0], _rg_cmd._score(reply[1], cast)]
 def _trim(maxlen, minid, approximate):
  about = ["~"] if approximate else []
  return [
   *(["MAXLEN", *about, maxlen] if maxlen is not None else []),
   *(["MINID", *about, minid] if minid is not None else []),
  ]
 def _claimed(reply, justid):
  if justid:
   return reply[1]
  return [reply[0], _rg_cmd._entries(reply[1]), *reply[2:]]
 def _entries(reply):
  if reply is None:
   return None
  return [(e[0], _rg_cmd._dict(e[1]), *e[2:]) if e else (None, None) for e in reply]
 def _stream(reply, full):
  stream = _rg_cmd._dict(reply)
  if full:
   stream["entries"] = {i: _rg_cmd._dict(e) for i, e in stream["entries"]}
   stream["groups"] = [_rg_cmd._dict(g) for g in stream["groups"]]
   for group in stream["groups"]:
    group["consumers"] = [_rg_cmd._dict(c) for c in group["consumers"]]
   return stream
  for name in "first-entry", "last-entry":
   entry = stream[name]
   if entry and entry[0] is not None:
    stream[name] = (entry[0], _rg_cmd._dict(entry[1]))
  return stream
 def _pending(reply):
  names = [{"name": n, "pending": int(p)} for n, p in reply[3] or ()]
  return {"pending": reply[0], "min": reply[1], "max": reply[2], "consumers": names}
 def _pending_range(reply):
  keys = "message_id", "consumer", "time_since_delivered", "times_delivered"
  return [dict(zip(keys, r)) for r in reply]
 def _block(block):
  if block is not None:
   raise TypeError("cmd cannot block the server: leave block out and read what is there")
  return []
 def _positions(reply):
  return [p and (float(p[0]), float(p[1])) for p in reply]
 def _places(reply, withdist, withcoord, withhash, stored=False):
  if stored or not (withdist or withcoord or withhash):
   return reply
  places = []
  for place, *rest in reply:
   found = [place]
   if withdist:
    found.append(float(rest.pop(0)))
   if withhash:
    found.append(int(rest.pop(0)))
   if withcoord:
    found.append(tuple(map(float, rest.pop(0))))
   places.append(found)
  return places
 def _radius(unit, withdist, withcoord, withhash, count, sort, store, store_dist, any):
  return [
   unit or "m",
   *_rg_cmd._flags(WITHDIST=withdist, WITHCOORD=withcoord, WITHHASH=withhash),
   *_rg_cmd._opt(COUNT=count),
   *_rg_cmd._flags(ANY=any),
   *([sort] if sort else []),
   *_rg_cmd._opt(STORE=store or None, STOREDIST=store_dist or None),
  ]
 def _search(member, longitude, latitude, unit, radius, width, height, sort, count, any):
  return [
   *_rg_cmd._opt(FROMMEMBER=member),
   *([] if longitude is latitude is None else ["FROMLONLAT", longitude, latitude]),
   *(["BYRADIUS", radius, unit] if radius else []),
   *(["BYBOX", width, height, unit] if width and height else []),
   *([sort.upper()] if sort else []),
   *(["COUNT", count] if count else []),
   *_rg_cmd._flags(ANY=any),
  ]
 def _user(reply):
  if reply is None:
   return None
  user = _rg_cmd._dict(reply)
  for name in "keys", "channels":
   if isinstance(user.get(name), str):
    user[name] = user[name].split(" ") if user[name] else []
  rules = user["commands"].split(" ")
  user["commands"] = [r for r in rules if "@" not in r]
  user["categories"] = [r for r in rules if "@" in r]
  user["enabled"] = "on" in user["flags"]
  return user
 def _acl_log(reply):
  entries = [_rg_cmd._dict(e) for e in reply]
  for entry in entries:
   entry["client-info"] = _rg_cmd._client_info(entry["client-info"])
   entry["age-seconds"] = float(entry["age-seconds"])
  return entries
 def _rules(rules, plus, minus):
  signs = {"+": plus, "-": minus}
  rules = [r.decode() if isinstance(r, bytes) else r for r in _rg_cmd._list(rules or ())]
  for rule in rules:
   if rule[:1] not in signs:
    raise ValueError("an ACL rule begins with + or -, found %r" % rule)
  return [signs[r[0]] + (r[2:] if plus == "+@" and r[1:2] == "@" else r[1:]) for r in rules]
 def _pattern(key):
  return key if key[:1] in ("%", "~") else "~" + key
 def _ok_or_count(reply):
  return reply if isinstance(reply, int) else reply == "OK"
 def _clients(reply):
  clients = []
  for line in reply.splitlines():
   client = {}
   for word in line.split(" "):
    name, equals, value = word.partition("=")
    if equals:
     client[name], last = value, name
    else:
     client[last] += " " + word
   clients.append(client)
  return clients
 def _cluster_reply(command, reply):
  if command == "INFO":
   return dict(line.split(":") for line in reply.splitlines() if line)
  if command in ("NODES", "REPLICAS", "SLAVES"):
   lines = reply.splitlines() if isinstance(reply, str) else reply
   return dict(map(_rg_cmd._node, lines))
  return True if reply == "OK" else reply
 def _pairs(reply):
  return list(zip(reply[::2], reply[1::2]))
 def _commands(reply):
  names = "name", "arity", "flags", "first_key_pos", "last_key_pos", "step_count"
  names += "acl_categories", "tips", "key_specifications", "subcommands"
  return {r[0]: dict(zip(names, r)) for r in reply}
 def _debug(reply):
  found = dict(word.split(":") for word in ("type:" + reply).split())
  for name in "refcount", "serializedlength", "lru", "lru_seconds_idle":
   if name in found:
    found[name] = int(found[name])
  return found
 def _info(reply):
  info = {}
  for line in reply.splitlines():
   name, colon, value = line.partition(":")
   if name == "cmdstat_host":
    name, colon, value = line.rpartition(":")
   if not line or line.startswith("#"):
    continue
   if not colon:
    info.setdefault("__raw__", []).append(line)
   elif name == "module":
    info.setdefault("modules", []).append(_rg_cmd._info_value(value))
   else:
    info[name] = _rg_cmd._info_value(value)
  return info
 def _datetime(reply):
  import datetime
  return datetime.datetime.fromtimestamp(reply) if reply else None
 def _memory(reply):
  stats = _rg_cmd._dict(reply)
  for name, value in stats.items():
   if name.startswith("db.") and isinstance(value, list):
    stats[name] = _rg_cmd._dict(value)
  return stats
 def _slowlog(reply):
  names = "id", "start_time", "duration", "command", "client_address", "client_name"
  entries = [dict(zip(names, r)) for r in reply]
  for entry in entries:
   entry["command"] = b" ".join(map(_rg_cmd._bytes, entry["command"]))
   for name in names[4:]:
    if name in entry:
     entry[name] = _rg_cmd._bytes(entry[name])
  return entries
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
 def _received(reply):
  if isinstance(reply, list):
   return [_rg_cmd._received(r) for r in reply]
  return bytes(reply) if isinstance(reply, bytearray) else reply
 def _sent(value):
  if value is None or isinstance(value, bool):
   raise TypeError("cmd cannot send %r: convert it to bytes, str, int or float first" % (value,))
  return bytes(value) if isinstance(value, memoryview) else value
 def _score(score, cast):
  try:
   return cast(score)
  except (TypeError, ValueError):
   return cast(float(score))
 def _client_info(text):
  numbers = "id age idle db sub psub multi qbuf qbuf-free obl argv-mem oll omem tot-mem".split()
  info = dict(field.split("=") for field in text.split())
  return {k: int(v) if k in numbers else v for k, v in info.items()}
 def _node(line):
  node, address, flags, master, ping, pong, epoch, state, *ranges = line.split(" ")
  address, _, bus = address.partition("@")
  slots, migrations = [], []
  for text in ranges:
   for arrow, moving in ("->-", "migrating"), ("-<-", "importing"):
    if arrow in text:
     slot, other = text[1:-1].split(arrow, 1)
     migrations.append({"slot": slot, "node_id": other, "state": moving})
     break
   else:
    slots.append(text.split("-"))
  return address, {
   "node_id": node,
   "hostname": bus.split(",")[1] if "," in bus else "",
   "flags": flags,
   "master_id": master,
   "last_ping_sent": ping,
   "last_pong_rcvd": pong,
   "epoch": epoch,
   "slots": slots,
   "migrations": migrations,
   "connected": state == "connected",
  }
 def _info_value(text):
  if "=" in text:
   fields = (part.rpartition("=") for part in text.split(",") if part)
   return {k or v: _rg_cmd._info_value(v) if e else True for k, e, v in fields}
  if "," in text:
   return [_rg_cmd._info_value(part) for part in text.split(",") if part]
  return _rg_cmd._number(text)
 def _number(text):
  for number in int, float:
   if number is int or "." in text:
    try:
     return number(text)
    except ValueError:
     pass
  return text
cmd = _rg_cmd
redgrease = _rg_redgrease = _RgNamespace(FailurePolicy=_rg_FailurePolicy, GB=GB, GEARS_RUNTIME=_rg_GEARS_RUNTIME, GearsBuilder=GearsBuilder, KeyType=_rg_KeyType, LogLevel=_rg_LogLevel, ReaderType=_rg_ReaderType, Record=Record, Refused=Refused, StreamRecord=StreamRecord, TriggerMode=_rg_TriggerMode, atomic=atomic, cmd=cmd, configGet=configGet, execute=execute, gearsConfigGet=gearsConfigGet, gearsFuture=gearsFuture, hashtag3=hashtag3, hashtag=hashtag, log=log, utils=_RgNamespace(CaseInsensitiveDict=_rg_CaseInsensitiveDict, Record=Record, StreamRecord=StreamRecord, as_is=_rg_as_is, bool_ok=_rg_bool_ok, compose=_rg_compose, dict_filter=_rg_dict_filter, dict_of=_rg_dict_of, list_of_str=_rg_list_of_str, list_parser=_rg_list_parser, optional=_rg_optional, passfun=_rg_passfun, record=_rg_record, safe_bool=_rg_safe_bool, safe_str=_rg_safe_str, safe_str_upper=_rg_safe_str_upper, str_if_bytes=_rg_str_if_bytes, stream_record=_rg_stream_record, to_bytes=_rg_to_bytes, to_dict=_rg_to_dict, to_int_if_bool=_rg_to_int_if_bool, to_kwargs=_rg_to_kwargs, to_list=_rg_to_list, to_redis_type=_rg_to_redis_type, transform=_rg_transform))

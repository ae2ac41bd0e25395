"""The calls that are made through `cmd` and through redis-py, and the data that they find."""

import collections
import datetime
import enum

Case = collections.namedtuple("Case", "text where reply replay raises sends_other binary")


def case(text, where="live", reply=None, replay=False, raises=False, sends_other=False, binary=False):
    return Case(text, where, reply, replay, raises, sends_other, binary)


def replay(text, where="live"):
    """What changes from call to call: one reply of the server is given to both."""
    return case(text, where, replay=True)


def fake(text, reply=b"+OK\r\n"):
    """What the server does not know: a recorded or documented reply is given to both."""
    return case(text, "fake", reply)


def bulk(text):
    return b"$%d\r\n%s\r\n" % (len(text), text)


def raises(text):
    return case(text, raises=True)


def binary(text):
    """What is no text: compared with what redis-py gives without `decode_responses`."""
    return case(text, binary=True)


class Choice(enum.Enum):
    """Like the enums that redis-py has for some arguments."""

    KEEP = "FNX"
    GLOB = "GLOB"
    AND = "AND"
    SUM = "SUM"
    CPU = "CPU"


SECONDS = datetime.timedelta(seconds=90)
SHORT = datetime.timedelta(milliseconds=90500)
FUTURE = datetime.datetime(2035, 5, 6, 7, 8, 9, 500000)
LIBRARY = "#!lua name=lib\nredis.register_function{function_name='f', callback=function(k, a) return {k[1] or '-', a[1] or '-'} end, flags={'no-writes'}}"
SCRIPT = "return {KEYS[1], ARGV[1], 7}"


# redis-py's own use, under names without an underscore.
INTERNAL = {
    "himport_prepare_internal",
    "himport_discard_internal",
    "himport_discard_all_internal",
}

# Where redis-py's default connection, which is RESP3, gives another value than one with protocol=2:
# scores that are not converted come as bytes there, and maps inside a reply as dict.
DIFFERS_ON_RESP3 = {"command", "function_stats", "zdiff", "zmpop", "zrandmember", "zrange"}

DATA = [
    ("FLUSHALL",),
    ("SET", "s", "hello"),
    ("SET", "s2", "help"),
    ("SET", "n", 10),
    ("SET", "f", "1.5"),
    ("SET", "bin", b"\xff\x00\xfe"),
    ("SET", "mortal", "v", "EXAT", 4102444800),
    ("SETBIT", "bits", 7, 1),
    ("RPUSH", "l", "a", "b", "c", "a"),
    ("RPUSH", "nums", 3, 1, 2),
    ("MSET", "w_1", 30, "w_2", 10, "w_3", 20, "o_1", "one", "o_2", "two", "o_3", "three"),
    ("HSET", "h", "a", 1, "b", "2.5", "c", "x"),
    ("HSET", "h1", "only", 1),
    ("SADD", "s:1", "a", "b", "c"),
    ("SADD", "s:2", "b", "c", "d"),
    ("SADD", "s:one", "x"),
    ("ZADD", "z1", 1, "a", 2.5, "b", 3, "c"),
    ("ZADD", "z2", 10, "b", 20, "c", "1e20", "d"),
    ("ZADD", "zone", 7, "m"),
    ("ZADD", "lex", 0, "a", 0, "b", 0, "c"),
    ("XADD", "x", "1-1", "f", "v", "g", "w"),
    ("XADD", "x", "2-1", "f", "v2"),
    ("XADD", "x", "3-1", "f", "v3"),
    ("XGROUP", "CREATE", "x", "g", "0"),
    ("XREADGROUP", "GROUP", "g", "c1", "COUNT", 2, "STREAMS", "x", ">"),
    ("GEOADD", "geo", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania"),
    ("PFADD", "hll", "a", "b", "c"),
    ("PFADD", "hll2", "c", "d"),
    ("SCRIPT", "FLUSH"),
    ("SCRIPT", "LOAD", SCRIPT),
    ("FUNCTION", "FLUSH"),
    ("FUNCTION", "LOAD", LIBRARY),
    ("ACL", "SETUSER", "bob", "reset", "on", ">secret", "+get", "-@dangerous", "~k*", "&c*"),
    ("ACL", "DELUSER", "alice"),
    ("CONFIG", "SET", "maxmemory-policy", "noeviction"),
]

STRINGS = {
    "append": [case("c.append('s', '!')"), case("c.append('s', b'\\x01')"), case("c.append('new', 1.25)")],
    "bitcount": [
        case("c.bitcount('s')"),
        case("c.bitcount('s', 0, 1)"),
        case("c.bitcount('s', start=0, end=9, mode='BIT')"),
        raises("c.bitcount('s', 1)"),
    ],
    "bitfield": [
        case("c.bitfield('bits').get('u8', 0).execute()"),
        case("c.bitfield('bits', 'SAT').incrby('u2', 0, 9).set('u8', '#1', 255).get('u8', 8).execute()"),
        case("c.bitfield('bits').overflow('fail').incrby('u2', 0, 9).incrby('u4', 4, 1, 'wrap').execute()"),
        case("c.bitfield('bits').set('i5', 1, 3).command"),
    ],
    "bitfield_ro": [
        case("c.bitfield_ro('bits', 'u8', 0)"),
        case("c.bitfield_ro('bits', 'u8', 0, [('i4', 4), ('u2', '#1')])"),
    ],
    "bitop": [case("c.bitop('AND', 'd', 's', 's2')"), case("c.bitop('not', 'd', 's')")],
    "bitpos": [
        case("c.bitpos('bits', 1)"),
        case("c.bitpos('bits', 0, 0)"),
        case("c.bitpos('s', 1, 1, 3)"),
        case("c.bitpos('s', 1, 1, 30, 'BIT')"),
    ],
    "decr": [case("c.decr('n')"), case("c.decr('n', 3)")],
    "decrby": [case("c.decrby('n')"), case("c.decrby('n', amount=3)")],
    "delex": [fake("c.delex('s')", b":1\r\n"), fake("c.delex('s', ifeq='hello')", b":1\r\n"), fake("c.delex('s', ifdne='x')", b":0\r\n")],
    "digest": [fake("c.digest('s')", b"$4\r\nabcd\r\n")],
    "get": [case("c.get('s')"), case("c.get('nothing')"), case("c.get(b's')"), binary("c.get('bin')"), raises("c.get('l')"), raises("c.get(None)"), raises("c.get(True)")],
    "getbit": [case("c.getbit('bits', 7)")],
    "getdel": [case("c.getdel('s')"), case("c.getdel('nothing')")],
    "getex": [
        case("c.getex('s')"),
        case("c.getex('s', ex=10)"),
        case("c.getex('s', px=cases.SHORT)"),
        case("c.getex('s', exat=cases.FUTURE)"),
        case("c.getex('s', pxat=4102444800000)"),
        case("c.getex('mortal', persist=True)"),
        raises("c.getex('s', ex=1, px=1)"),
    ],
    "getrange": [case("c.getrange('s', 1, 3)"), case("c.getrange('s', -3, -1)")],
    "getset": [case("c.getset('s', 'new')"), case("c.getset('nothing', 1)")],
    "incr": [case("c.incr('n')"), case("c.incr('n', 5)"), case("c.incr('fresh')"), raises("c.incr('s')")],
    "incrby": [case("c.incrby('n')"), case("c.incrby('n', 5)")],
    "incrbyfloat": [case("c.incrbyfloat('f')"), case("c.incrbyfloat('f', 0.1)"), case("c.incrbyfloat('n', -2)")],
    "increx": [
        fake("c.increx('n', byint=2)", b"*2\r\n:12\r\n:2\r\n"),
        fake("c.increx('n', byfloat=2.5, lbound=0, ubound=9, saturate=True, ex=10, enx=True)", b"*2\r\n$1\r\n9\r\n$1\r\n1\r\n"),
        fake("c.increx('n', persist=True)", b"*2\r\n:11\r\n:1\r\n"),
    ],
    "lcs": [
        case("c.lcs('s', 's2')"),
        case("c.lcs('s', 's2', len=True)"),
        case("c.lcs('s', 's2', idx=True, minmatchlen=1, withmatchlen=True)"),
    ],
    "mget": [case("c.mget('s', 'n', 'nothing')"), case("c.mget(['s', 'n'], 'f')"), case("c.mget({'s': 1})"), case("c.mget([])", sends_other=True)],
    "mset": [case("c.mset({'a': 1, 'b': b'\\xff', 'c': 2.5})")],
    "msetex": [
        fake("c.msetex({'a': 1, 'b': 2})", b":1\r\n"),
        fake("c.msetex({'a': 1}, cases.Choice.KEEP, ex=cases.SECONDS)", b":0\r\n"),
        fake("c.msetex({'a': 1}, keepttl=True)", b":1\r\n"),
    ],
    "msetnx": [case("c.msetnx({'a': 1, 'b': 2})"), case("c.msetnx({'a': 1, 's': 2})")],
    "psetex": [case("c.psetex('k', 90000, 'v')"), case("c.psetex('k', cases.SHORT, 'v')")],
    "set": [
        case("c.set('k', 'v')"),
        case("c.set('k', b'\\xff\\x00')"),
        case("c.set('k', bytearray(b'ab'))"),
        case("c.set('k', memoryview(b'ab'))"),
        case("c.set('k', 'ä€')"),
        case("c.set('k', 12)"),
        case("c.set('k', 0.1)"),
        case("c.set('k', 1e300)"),
        case("c.set('k', 'v', 10)"),
        case("c.set('k', 'v', ex=cases.SECONDS)"),
        case("c.set('k', 'v', ex='10')"),
        case("c.set('k', 'v', px=90000)"),
        case("c.set('k', 'v', px=cases.SHORT)"),
        case("c.set('k', 'v', exat=cases.FUTURE)"),
        case("c.set('k', 'v', pxat=cases.FUTURE)"),
        case("c.set('s', 'v', nx=True)"),
        case("c.set('k', 'v', nx=True)"),
        case("c.set('k', 'v', xx=True)"),
        case("c.set('s', 'v', xx=True, get=True)"),
        case("c.set('k', 'v', get=True)"),
        case("c.set('mortal', 'w', keepttl=True)"),
        fake("c.set('k', 'v', ifeq='a', ex=5)"),
        fake("c.set('k', 'v', ifne='a')", b"$-1\r\n"),
        fake("c.set('k', 'v', ifdeq='a', get=True)", b"$1\r\nx\r\n"),
        raises("c.set('k', None)"),
        raises("c.set('k', False)"),
        raises("c.set('k', 'v', ex=1, px=1)"),
        raises("c.set('k', 'v', nx=True, ifeq='v')"),
    ],
    "setbit": [case("c.setbit('bits', 7, 0)"), case("c.setbit('bits', 3, True)")],
    "setex": [case("c.setex('k', 10, 'v')"), case("c.setex('k', cases.SECONDS, 'v')")],
    "setnx": [case("c.setnx('k', 'v')"), case("c.setnx('s', 'v')")],
    "setrange": [case("c.setrange('s', 1, 'EL')")],
    "strlen": [case("c.strlen('s')")],
    "substr": [case("c.substr('s', 1)"), case("c.substr('s', 1, 3)")],
}

def expiries(name, *times):
    # What is mortal dies in 2100: later than any of the times.
    calls = "'s', {0}", "'s', {0}, nx=True", "'s', {0}, xx=True", "'mortal', {0}, nx=True", "'mortal', {0}, xx=True", "'mortal', {0}, gt=True", "'mortal', {0}, lt=True", "'nothing', {0}"
    return [case("c.%s(%s)" % (name, call.format(time))) for call in calls for time in times]


KEYS = {
    "copy": [case("c.copy('s', 'k')"), case("c.copy('s', 's2')"), case("c.copy('s', 's2', replace=True)"), case("c.copy('s', 's', destination_db=1)")],
    "delete": [case("c.delete('s', 'n', 'nothing')"), case("list(map(c.delete, ['s', 'n']))")],
    "dump": [case("c.dump('s')"), case("c.dump('bin')"), case("c.dump('nothing')")],
    "exists": [case("c.exists('s')"), case("c.exists('s', 's', 'nothing')"), case("'s' in c", sends_other=False)],
    "expire": expiries("expire", "100", "cases.SECONDS"),
    "expireat": expiries("expireat", "4000000000", "cases.FUTURE"),
    "expiretime": [case("c.expiretime('mortal')"), case("c.expiretime('s')"), case("c.expiretime('nothing')")],
    "keys": [case("sorted(c.keys())"), case("c.keys('w_1')"), case("c.keys(pattern='none*')")],
    "migrate": [
        case("c.migrate('127.0.0.1', 1, 'nothing', 0, 10)"),
        fake("c.migrate('h', 1, ['a', 'b'], 0, 10, copy=True, replace=True, auth='pw')"),
    ],
    "move": [case("c.move('s', 1)"), case("c.move('nothing', 1)")],
    "object": [case("c.object('encoding', 'n')"), case("c.object('REFCOUNT', 's')"), case("c.object('encoding', 'nothing')")],
    "persist": [case("c.persist('mortal')"), case("c.persist('s')")],
    "pexpire": expiries("pexpire", "100000", "cases.SHORT"),
    "pexpireat": expiries("pexpireat", "4000000000000", "cases.FUTURE"),
    "pexpiretime": [case("c.pexpiretime('mortal')")],
    "pttl": [case("c.pttl('s')"), case("c.pttl('nothing')"), replay("c.pttl('mortal')")],
    "randomkey": [replay("c.randomkey()"), case("(c.flushall(), c.randomkey())")],
    "rename": [case("c.rename('s', 'k')"), raises("c.rename('nothing', 'k')")],
    "renamenx": [case("c.renamenx('s', 'k')"), case("c.renamenx('s', 'n')")],
    "restore": [
        case("c.restore('k', 0, c.dump('s'))"),
        case("c.restore('s', 0, c.dump('l'), replace=True)"),
        case("c.restore('k', 4102444800000, c.dump('s'), absttl=True, idletime=5)"),
        case("c.restore('k', 0, c.dump('s'), frequency=5)"),
        raises("c.restore('s', 0, c.dump('l'))"),
    ],
    "scan": [
        case("c.scan()"),
        case("c.scan(0, 'w_*', 1000)"),
        case("c.scan(cursor=0, match='*', count=1000, _type='zset')"),
        case("c.scan(count=1)"),
    ],
    "scan_iter": [
        case("sorted(c.scan_iter())"),
        case("sorted(c.scan_iter('w_*', 3))"),
        case("sorted(c.scan_iter(count=2, _type='hash'))"),
    ],
    "touch": [case("c.touch('s', 'n', 'nothing')")],
    "ttl": [case("c.ttl('s')"), case("c.ttl('nothing')"), replay("c.ttl('mortal')")],
    "type": [case("c.type('s')"), case("c.type('x')"), case("c.type('nothing')")],
    "unlink": [case("c.unlink('s', 'n', 'nothing')")],
}


def field_expiry(name, *times):
    return [fake("c.%s('h', %s, 'a', 'b'%s)" % (name, time, flag), b"*2\r\n:1\r\n:-2\r\n") for time in times for flag in ("", ", nx=True", ", xx=True", ", gt=True", ", lt=True")]


def field_query(name):
    return [fake("c.%s('h', 'a', 'b')" % name, b"*2\r\n:12\r\n:-1\r\n")]


HASHES = {
    "hdel": [case("c.hdel('h', 'a', 'b', 'none')")],
    "hexists": [case("c.hexists('h', 'a')"), case("c.hexists('h', 'none')")],
    "hexpire": field_expiry("hexpire", "10", "cases.SECONDS"),
    "hexpireat": field_expiry("hexpireat", "4000000000", "cases.FUTURE"),
    "hexpiretime": field_query("hexpiretime"),
    "hget": [case("c.hget('h', 'a')"), case("c.hget('h', 'none')")],
    "hgetall": [case("c.hgetall('h')"), case("c.hgetall('nothing')"), raises("c.hgetall('s')")],
    "hgetdel": [fake("c.hgetdel('h', 'a', 'b')", b"*2\r\n$1\r\n1\r\n$-1\r\n")],
    "hgetex": [
        fake("c.hgetex('h', 'a')", b"*1\r\n$1\r\n1\r\n"),
        fake("c.hgetex('h', 'a', 'b', ex=10)", b"*2\r\n$1\r\n1\r\n$-1\r\n"),
        fake("c.hgetex('h', 'a', pxat=cases.FUTURE)", b"*1\r\n$1\r\n1\r\n"),
        fake("c.hgetex('h', 'a', persist=True)", b"*1\r\n$1\r\n1\r\n"),
    ],
    "hincrby": [case("c.hincrby('h', 'a')"), case("c.hincrby('h', 'new', 5)")],
    "hincrbyfloat": [case("c.hincrbyfloat('h', 'b')"), case("c.hincrbyfloat('h', 'b', 0.25)")],
    "hkeys": [case("c.hkeys('h')"), case("c.hkeys('nothing')")],
    "hlen": [case("c.hlen('h')")],
    "hmget": [case("c.hmget('h', 'a', 'none')"), case("c.hmget('h', ['a', 'b'], 'c')"), case("c.hmget('h', ('a',))")],
    "hmset": [case("c.hmset('k', {'a': 1, 'b': b'x', 'c': 2.5})"), raises("c.hmset('k', {})")],
    "hpersist": field_query("hpersist"),
    "hpexpire": field_expiry("hpexpire", "10000", "cases.SHORT"),
    "hpexpireat": field_expiry("hpexpireat", "4000000000000", "cases.FUTURE"),
    "hpexpiretime": field_query("hpexpiretime"),
    "hpttl": field_query("hpttl"),
    "hrandfield": [case("c.hrandfield('h1')"), case("c.hrandfield('h1', 2)"), case("c.hrandfield('h1', -2, withvalues=True)"), case("c.hrandfield('nothing')")],
    "hscan": [
        case("c.hscan('h')"),
        case("c.hscan('h', 0, 'a*', 10)"),
        case("c.hscan('nothing')"),
        fake("c.hscan('h', no_values=True)", b"*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n"),
    ],
    "hscan_iter": [case("list(c.hscan_iter('h'))"), case("list(c.hscan_iter('h', match='b', count=1))"), fake("list(c.hscan_iter('h', no_values=True))", b"*2\r\n$1\r\n0\r\n*1\r\n$1\r\na\r\n")],
    "hset": [
        case("c.hset('h', 'a', 'new')"),
        case("c.hset('h', 'd', 4)"),
        case("c.hset('k', mapping={'a': 1, 'b': 2.5})"),
        case("c.hset('k', 'x', 1, {'a': 1})"),
        case("c.hset('k', items=['a', 1, 'b', 2])"),
        raises("c.hset('k')"),
        raises("c.hset('k', 'a', None)"),
    ],
    "hsetex": [
        fake("c.hsetex('h', 'a', 1)", b":1\r\n"),
        fake("c.hsetex('h', mapping={'a': 1, 'b': 2}, ex=10, data_persist_option=cases.Choice.KEEP)", b":1\r\n"),
        fake("c.hsetex('h', items=['a', 1], keepttl=True)", b":0\r\n"),
    ],
    "hsetnx": [case("c.hsetnx('h', 'a', 1)"), case("c.hsetnx('h', 'd', 1)")],
    "hstrlen": [case("c.hstrlen('h', 'b')")],
    "httl": field_query("httl"),
    "hvals": [case("c.hvals('h')")],
}

LISTS = {
    "lindex": [case("c.lindex('l', 1)"), case("c.lindex('l', 99)")],
    "linsert": [case("c.linsert('l', 'BEFORE', 'b', 'new')"), case("c.linsert('l', 'after', 'none', 'new')")],
    "llen": [case("c.llen('l')")],
    "lmove": [case("c.lmove('l', 'k')"), case("c.lmove('l', 'l', 'RIGHT', dest='LEFT')"), case("c.lmove('nothing', 'k')")],
    "lmovem": [
        fake("c.lmovem('l', 'k')", b"*1\r\n$1\r\na\r\n"),
        fake("c.lmovem('l', 'k', 'RIGHT', 'LEFT', count=2, ordering='BULK')", b"*0\r\n"),
        fake("c.lmovem('l', 'k', count=2, mode='EXACTLY', ordering='OBO')", b"*-1\r\n"),
    ],
    "lmpop": [case("c.lmpop(2, 'nothing', 'l', direction='LEFT')"), case("c.lmpop(1, 'l', direction='RIGHT', count=2)"), case("c.lmpop(1, 'nothing', direction='LEFT')")],
    "lpop": [case("c.lpop('l')"), case("c.lpop('l', 2)"), case("c.lpop('nothing')"), case("c.lpop('nothing', 2)")],
    "lpos": [case("c.lpos('l', 'a')"), case("c.lpos('l', 'a', rank=-1)"), case("c.lpos('l', 'a', count=0, maxlen=10)"), case("c.lpos('l', 'none')")],
    "lpush": [case("c.lpush('l', 'x', 'y')"), case("c.lpush('k', 1, 2, 3)"), raises("c.lpush('k')")],
    "lpushx": [case("c.lpushx('l', 'x')"), case("c.lpushx('nothing', 'x')")],
    "lrange": [case("c.lrange('l', 0, -1)"), case("c.lrange('nothing', 0, -1)")],
    "lrem": [case("c.lrem('l', 0, 'a')"), case("c.lrem('l', -1, 'a')")],
    "lset": [case("c.lset('l', 0, 'x')"), raises("c.lset('l', 99, 'x')")],
    "ltrim": [case("c.ltrim('l', 1, 2)")],
    "rpop": [case("c.rpop('l')"), case("c.rpop('l', 2)"), case("c.rpop('nothing')")],
    "rpoplpush": [case("c.rpoplpush('l', 'k')"), case("c.rpoplpush('nothing', 'k')")],
    "rpush": [case("c.rpush('l', 'x', b'y')")],
    "rpushx": [case("c.rpushx('l', 'x', 'y')")],
    "sort": [
        case("c.sort('nums')"),
        case("c.sort('nums', 0, 2, desc=True)"),
        case("c.sort('nums', by='w_*')"),
        case("c.sort('nums', by='w_*', get='o_*')"),
        case("c.sort('nums', get=['#', 'o_*'])"),
        case("c.sort('nums', get=['#', 'o_*'], groups=True)"),
        case("c.sort('l', alpha=True, store='k')"),
        raises("c.sort('nums', start=1)"),
    ],
    "sort_ro": [case("c.sort_ro('nums', 0, 2)", sends_other=True), case("c.sort_ro('nums', by='w_*', get=['o_*'], desc=True, alpha=True)", sends_other=True)],
}

SETS = {
    "pfadd": [case("c.pfadd('hll', 'z')"), case("c.pfadd('hll', 'a')")],
    "pfcount": [case("c.pfcount('hll')"), case("c.pfcount('hll', 'hll2')")],
    "pfmerge": [case("c.pfmerge('k', 'hll', 'hll2')")],
    "sadd": [case("c.sadd('s:1', 'a', 'z')"), case("c.sadd('k', 1, 2.5, b'\\xff')")],
    "scard": [case("c.scard('s:1')")],
    "sdiff": [case("c.sdiff('s:1', 's:2')"), case("c.sdiff(['s:1'])"), case("c.sdiff('nothing')")],
    "sdiffcard": [fake("c.sdiffcard(2, ['a', 'b'])", b":2\r\n"), fake("c.sdiffcard(1, ('a',), limit=3)", b":2\r\n")],
    "sdiffstore": [case("c.sdiffstore('k', 's:1', 's:2')"), case("c.sdiffstore('k', ['s:1', 's:2'])")],
    "sinter": [case("c.sinter('s:1', 's:2')"), case("c.sinter(['s:1', 's:2'])")],
    "sintercard": [case("c.sintercard(2, ['s:1', 's:2'])"), case("c.sintercard(2, ['s:1', 's:2'], limit=1)")],
    "sinterstore": [case("c.sinterstore('k', ['s:1'], 's:2')")],
    "sismember": [case("c.sismember('s:1', 'a')"), case("c.sismember('s:1', 'z')")],
    "smembers": [case("c.smembers('s:1')"), case("c.smembers('nothing')")],
    "smismember": [case("c.smismember('s:1', 'a', 'z')"), case("c.smismember('s:1', ['a', 'z'])")],
    "smove": [case("c.smove('s:1', 's:2', 'a')"), case("c.smove('s:1', 's:2', 'z')")],
    "spop": [case("c.spop('s:one')"), case("c.spop('s:one', 2)"), case("c.spop('nothing')")],
    "srandmember": [case("c.srandmember('s:one')"), case("c.srandmember('s:one', 2)"), case("c.srandmember('s:one', number=-2)"), case("c.srandmember('nothing')")],
    "srem": [case("c.srem('s:1', 'a', 'z')")],
    "sscan": [case("c.sscan('s:one')"), case("c.sscan('s:one', 0, 'x*', 10)"), case("c.sscan('nothing')")],
    "sscan_iter": [case("sorted(c.sscan_iter('s:1'))"), case("list(c.sscan_iter('s:1', match='a', count=1))")],
    "sunion": [case("c.sunion('s:1', 's:2')"), case("c.sunion(('s:1', 's:2'), 's:one')")],
    "sunioncard": [fake("c.sunioncard(2, ['a', 'b'])", b":4\r\n"), fake("c.sunioncard(1, ['a'], 3, approx=True)", b":4\r\n")],
    "sunionstore": [case("c.sunionstore('k', 's:1', 's:2')")],
}

SCORES = b"*2\r\n:1\r\n$3\r\n2.5\r\n"

SORTED_SETS = {
    "zadd": [
        case("c.zadd('z1', {'a': 5, 'z': 1.5})"),
        case("c.zadd('z1', {'a': 5, 'z': 1.5}, ch=True)"),
        case("c.zadd('z1', {'a': 5, 'z': 1.5}, nx=True)"),
        case("c.zadd('z1', {'a': 5, 'z': 1.5}, xx=True, gt=True)"),
        case("c.zadd('z1', {'a': 0}, lt=True, ch=True)"),
        case("c.zadd('z1', {'a': 1.5}, incr=True)"),
        case("c.zadd('z1', {'a': 1.5}, nx=True, incr=True)"),
        case("c.zadd('z1', {'a': '+inf', b'\\xff': float('-inf')})"),
        raises("c.zadd('z1', {})"),
        raises("c.zadd('z1', {'a': 1}, nx=True, xx=True)"),
    ],
    "zcard": [case("c.zcard('z1')")],
    "zcount": [case("c.zcount('z1', 1, 2.5)"), case("c.zcount('z1', '-inf', '(3')")],
    "zdiff": [case("c.zdiff(['z1', 'z2'])"), case("c.zdiff(['z1', 'z2'], withscores=True)")],
    "zdiffstore": [case("c.zdiffstore('k', ['z1', 'z2'])")],
    "zincrby": [case("c.zincrby('z1', 1.5, 'a')"), case("c.zincrby('z1', 1, 'new')")],
    "zinter": [
        case("c.zinter(['z1', 'z2'])"),
        case("c.zinter({'z1': 2, 'z2': 0.5}, aggregate='MAX', withscores=True)"),
        case("c.zinter(('z1', 'nothing'), withscores=True)"),
    ],
    "zintercard": [case("c.zintercard(2, ['z1', 'z2'])"), case("c.zintercard(2, ['z1', 'z2'], 1)")],
    "zinterstore": [case("c.zinterstore('k', ['z1', 'z2'])"), case("c.zinterstore('k', {'z1': 1, 'z2': 2}, 'MIN')")],
    "zlexcount": [case("c.zlexcount('lex', '-', '[b')")],
    "zmpop": [case("c.zmpop(2, ['nothing', 'z1'], min=True)"), case("c.zmpop(1, ['z1'], max=True, count=2)"), case("c.zmpop(1, ['nothing'], min=True)"), raises("c.zmpop(1, ['z1'])")],
    "zmscore": [case("c.zmscore('z1', ['a', 'none', 'b'])")],
    "zpopmax": [case("c.zpopmax('z1')"), case("c.zpopmax('z1', 2)"), case("c.zpopmax('nothing')")],
    "zpopmin": [case("c.zpopmin('z1')"), case("c.zpopmin('z1', count=2)")],
    "zrandmember": [case("c.zrandmember('zone')"), case("c.zrandmember('zone', 2)"), case("c.zrandmember('zone', -2, withscores=True)"), case("c.zrandmember('nothing')")],
    "zrange": [
        case("c.zrange('z1', 0, -1)"),
        case("c.zrange('z1', 0, -1, withscores=True)"),
        case("c.zrange('z1', 0, -1, True, True)"),
        case("c.zrange('z2', 0, -1, withscores=True, score_cast_func=int)"),
        case("c.zrange('z1', 0, -1, withscores=True, score_cast_func=str)"),
        case("c.zrange('z1', 1, 3, byscore=True, withscores=True)"),
        case("c.zrange('z1', 3, 1, desc=True, byscore=True)"),
        case("c.zrange('lex', '-', '+', bylex=True, offset=1, num=1)"),
        case("c.zrange('lex', '+', '-', desc=True, bylex=True)"),
        case("c.zrange('nothing', 0, -1, withscores=True)"),
    ],
    "zrangebylex": [case("c.zrangebylex('lex', '-', '[b')"), case("c.zrangebylex('lex', '-', '+', 1, 1)"), raises("c.zrangebylex('lex', '-', '+', 1)")],
    "zrangebyscore": [
        case("c.zrangebyscore('z1', '-inf', 2.5)"),
        case("c.zrangebyscore('z1', 1, '+inf', start=1, num=1, withscores=True)"),
        case("c.zrangebyscore('z2', 1, '+inf', withscores=True, score_cast_func=int)"),
    ],
    "zrangestore": [
        case("c.zrangestore('k', 'z1', 0, 1)"),
        case("c.zrangestore('k', 'z1', 3, 1, byscore=True, desc=True, offset=0, num=1)"),
        case("c.zrangestore('k', 'lex', '-', '+', bylex=True)"),
    ],
    "zrank": [case("c.zrank('z1', 'b')"), case("c.zrank('z1', 'none')"), fake("c.zrank('z1', 'b', withscore=True)", SCORES), fake("c.zrank('z1', 'b', True, int)", SCORES), fake("c.zrank('z1', 'b', True)", b"*-1\r\n")],
    "zrem": [case("c.zrem('z1', 'a', 'none')")],
    "zremrangebylex": [case("c.zremrangebylex('lex', '-', '[b')")],
    "zremrangebyrank": [case("c.zremrangebyrank('z1', 0, 1)")],
    "zremrangebyscore": [case("c.zremrangebyscore('z1', 2, '+inf')")],
    "zrevrange": [case("c.zrevrange('z1', 0, -1)"), case("c.zrevrange('z1', 0, -1, True)"), case("c.zrevrange('z2', 0, -1, withscores=True, score_cast_func=int)")],
    "zrevrangebylex": [case("c.zrevrangebylex('lex', '+', '-')"), case("c.zrevrangebylex('lex', '+', '-', 1, 1)")],
    "zrevrangebyscore": [case("c.zrevrangebyscore('z1', '+inf', 2)"), case("c.zrevrangebyscore('z1', '+inf', 0, 0, 2, withscores=True)")],
    "zrevrank": [case("c.zrevrank('z1', 'b')"), fake("c.zrevrank('z1', 'b', withscore=True)", SCORES)],
    "zscan": [case("c.zscan('z1')"), case("c.zscan('z1', 0, 'a*', 10)"), case("c.zscan('z2', score_cast_func=int)")],
    "zscan_iter": [case("list(c.zscan_iter('z1'))"), case("list(c.zscan_iter('z2', match='d', count=1, score_cast_func=str))")],
    "zscore": [case("c.zscore('z1', 'b')"), case("c.zscore('z1', 'none')"), case("c.zscore('z2', 'd')")],
    "zunion": [case("c.zunion(['z1', 'z2'])"), case("c.zunion({'z1': 2, 'z2': 1}, 'SUM', True, int)"), case("c.zunion(['z1'], withscores=True)")],
    "zunionstore": [case("c.zunionstore('k', ['z1', 'z2'])"), case("c.zunionstore('k', {'z1': 2, 'z2': 1.5}, aggregate='MAX')")],
}

STREAMS = {
    "xack": [case("c.xack('x', 'g', '1-1', '2-1', '9-9')")],
    "xackdel": [fake("c.xackdel('x', 'g', '1-1', '2-1')", b"*2\r\n:1\r\n:-1\r\n"), fake("c.xackdel('x', 'g', '1-1', ref_policy='ACKED')", b"*1\r\n:1\r\n")],
    "xadd": [
        case("c.xadd('x', {'f': 'v', 'n': 1, 'b': b'\\xff'}, '9-1')"),
        case("c.xadd('x', {'f': 'v'}, id='9-*')"),
        replay("c.xadd('x', {'f': 'v'})"),
        case("c.xadd('x', {'f': 'v'}, '9-1', 2, False)"),
        case("c.xadd('x', {'f': 'v'}, '9-1', maxlen=100, limit=10)"),
        case("c.xadd('x', {'f': 'v'}, '9-1', minid='2-0', approximate=False)"),
        case("c.xadd('nothing', {'f': 'v'}, '9-1', nomkstream=True)"),
        fake("c.xadd('x', {'f': 'v'}, ref_policy='DELREF', idmp=('p', 'i'))", b"$3\r\n9-1\r\n"),
        fake("c.xadd('x', {'f': 'v'}, idmpauto='p')", b"$3\r\n9-1\r\n"),
        raises("c.xadd('x', {})"),
    ],
    "xautoclaim": [
        case("c.xautoclaim('x', 'g', 'c2', 0)"),
        case("(c.xdel('x', '1-1'), c.xautoclaim('x', 'g', 'c2', 0))"),
        case("c.xautoclaim('x', 'g', 'c2', 0, start_id='2-0', count=1)"),
        case("c.xautoclaim('x', 'g', 'c2', 0, justid=True)"),
    ],
    "xcfgset": [fake("c.xcfgset('x', 10, 100)"), fake("c.xcfgset('x', idmp_maxsize=5)")],
    "xclaim": [
        case("c.xclaim('x', 'g', 'c2', 0, ['1-1', '2-1'])"),
        case("c.xclaim('x', 'g', 'c2', 0, ('1-1',), idle=5, retrycount=3, force=True)"),
        case("c.xclaim('x', 'g', 'c2', 0, ['3-1'], time=1700000000000, force=True, justid=True)"),
        case("(c.xdel('x', '1-1'), c.xclaim('x', 'g', 'c2', 0, ['1-1', '2-1']))"),
    ],
    "xdel": [case("c.xdel('x', '1-1', '9-9')")],
    "xdelex": [fake("c.xdelex('x', '1-1')", b"*1\r\n:1\r\n"), fake("c.xdelex('x', '1-1', '2-1', ref_policy='DELREF')", b"*2\r\n:1\r\n:2\r\n")],
    "xgroup_create": [case("c.xgroup_create('x', 'g2')"), case("c.xgroup_create('k', 'g2', '0', mkstream=True)"), case("c.xgroup_create('x', 'g2', id='2-1', entries_read=2)"), raises("c.xgroup_create('x', 'g')")],
    "xgroup_createconsumer": [case("c.xgroup_createconsumer('x', 'g', 'c9')"), case("c.xgroup_createconsumer('x', 'g', 'c1')")],
    "xgroup_delconsumer": [case("c.xgroup_delconsumer('x', 'g', 'c1')")],
    "xgroup_destroy": [case("c.xgroup_destroy('x', 'g')"), case("c.xgroup_destroy('x', 'none')")],
    "xgroup_setid": [case("c.xgroup_setid('x', 'g', '0')"), case("c.xgroup_setid('x', 'g', '$', entries_read=3)")],
    "xinfo_consumers": [replay("c.xinfo_consumers('x', 'g')")],
    "xinfo_groups": [case("c.xinfo_groups('x')")],
    "xinfo_stream": [
        case("c.xinfo_stream('x')"),
        replay("c.xinfo_stream('x', full=True)"),
        case("(c.xtrim('x', 0, False), c.xinfo_stream('x'))"),
        case("(c.xgroup_destroy('x', 'g'), c.xinfo_stream('x', full=True))"),
    ],
    "xlen": [case("c.xlen('x')")],
    "xnack": [fake("c.xnack('x', 'g', 'FAIL', '1-1', '2-1')", b":2\r\n"), fake("c.xnack('x', 'g', 'SILENT', '1-1', retrycount=0, force=True)", b":1\r\n")],
    "xpending": [case("c.xpending('x', 'g')"), case("(c.xack('x', 'g', '1-1', '2-1'), c.xpending('x', 'g'))")],
    "xpending_range": [
        replay("c.xpending_range('x', 'g', '-', '+', 10)"),
        replay("c.xpending_range('x', 'g', min='-', max='+', count=10, consumername='c1', idle=0)"),
    ],
    "xrange": [case("c.xrange('x')"), case("c.xrange('x', '2-0', '+', 1)"), case("c.xrange('nothing')")],
    "xread": [
        case("c.xread({'x': '0'})"),
        case("c.xread({'x': '1-1', 'nothing': '0'}, count=1)"),
        case("c.xread({'x': '$'})"),
        fake("c.xread({'x': '0'}, count=1, max_count=5, max_size=100)", b"*-1\r\n"),
    ],
    "xreadgroup": [
        case("c.xreadgroup('g', 'c1', {'x': '>'})"),
        case("c.xreadgroup('g', 'c1', {'x': '0'}, count=1)"),
        case("(c.xdel('x', '1-1'), c.xreadgroup('g', 'c1', {'x': '0'}))"),
        case("c.xreadgroup('g', 'c2', {'x': '>'}, noack=True)"),
        case("(c.xreadgroup('g', 'c2', {'x': '>'}), c.xreadgroup('g', 'c2', {'x': '>'}))"),
        fake(
            "c.xreadgroup('g', 'c1', {'x': '>'}, max_count=5, max_size=9, claim_min_idle_time=10)",
            b"*1\r\n*2\r\n$1\r\nx\r\n*1\r\n*4\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n:7\r\n:2\r\n",
        ),
    ],
    "xrevrange": [case("c.xrevrange('x')"), case("c.xrevrange('x', '2-1', '-', count=1)")],
    "xtrim": [
        case("c.xtrim('x', 1)"),
        case("c.xtrim('x', 1, approximate=False)"),
        case("c.xtrim('x', minid='2-0', approximate=False)"),
        case("c.xtrim('x', maxlen=1, limit=5)"),
        fake("c.xtrim('x', 5, ref_policy='ACKED')", b":0\r\n"),
        raises("c.xtrim('x')"),
    ],
}

WITH = ("", ", withdist=True", ", withcoord=True, withhash=True", ", withdist=True, withcoord=True, withhash=True")

PLACES = {
    "geoadd": [case("c.geoadd('geo', (2.35, 48.85, 'Paris'))"), case("c.geoadd('geo', [2.35, 48.85, 'Paris', 15, 37, 'Catania'], xx=True, ch=True)"), case("c.geoadd('geo', [2.35, 48.85, 'Paris'], nx=True)")],
    "geodist": [case("c.geodist('geo', 'Palermo', 'Catania')"), case("c.geodist('geo', 'Palermo', 'Catania', 'km')"), case("c.geodist('geo', 'Palermo', 'none')")],
    "geohash": [case("c.geohash('geo', 'Palermo', 'none')")],
    "geopos": [case("c.geopos('geo', 'Palermo', 'none')")],
    "georadius": [
        *(case("c.georadius('geo', 15, 37, 200, 'km'%s)" % options) for options in WITH),
        case("c.georadius('geo', 15, 37, 200000, count=1, sort='DESC', any=True)"),
        case("c.georadius('geo', 15, 37, 200, unit='km', store='k')"),
        case("c.georadius('geo', 15, 37, 200, unit='km', store_dist='k')"),
    ],
    "georadiusbymember": [
        *(case("c.georadiusbymember('geo', 'Palermo', 200, 'km'%s)" % options) for options in WITH),
        case("c.georadiusbymember('geo', 'Palermo', 200, 'km', sort='ASC', count=1)"),
        case("c.georadiusbymember('geo', 'Palermo', 200, 'km', store_dist='k')"),
    ],
    "geosearch": [
        *(case("c.geosearch('geo', 'Palermo', radius=200, unit='km'%s)" % options) for options in WITH),
        case("c.geosearch('geo', longitude=15, latitude=37, width=400, height=400, unit='km', sort='asc', count=1, any=True)"),
        case("c.geosearch('geo', longitude=0, latitude=0, radius=1)"),
        raises("c.geosearch('geo', 'Palermo')"),
    ],
    "geosearchstore": [
        case("c.geosearchstore('k', 'geo', 'Palermo', radius=200, unit='km')"),
        case("c.geosearchstore('k', 'geo', longitude=15, latitude=37, width=400, height=400, unit='km', count=1, sort='DESC', storedist=True)"),
    ],
}

VALUES = b"*2\r\n$1\r\na\r\n$-1\r\n"

ARRAYS = {
    "arcount": [fake("c.arcount('a')", b":2\r\n")],
    "ardel": [fake("c.ardel('a', 1, 2)", b":2\r\n")],
    "ardelrange": [fake("c.ardelrange('a', (0, 2), (5, 9))", b":2\r\n")],
    "arget": [fake("c.arget('a', 1)", b"$1\r\na\r\n")],
    "argetrange": [fake("c.argetrange('a', 0, 5)", VALUES)],
    "argrep": [
        fake("c.argrep('a', 0, 5, [(cases.Choice.GLOB, 'x*')])", b"*1\r\n:3\r\n"),
        fake("c.argrep('a', 0, 5, [(cases.Choice.GLOB, 'x*'), (cases.Choice.GLOB, 'y')], cases.Choice.AND, 3, True, True)", VALUES),
    ],
    "arinfo": [fake("c.arinfo('a')", b"*2\r\n$3\r\nlen\r\n:3\r\n"), fake("c.arinfo('a', full=True)", b"*2\r\n$3\r\nlen\r\n:3\r\n")],
    "arinsert": [fake("c.arinsert('a', 'x', 'y')", b":5\r\n")],
    "arlastitems": [fake("c.arlastitems('a', 2)", VALUES), fake("c.arlastitems('a', 2, rev=True)", VALUES)],
    "arlen": [fake("c.arlen('a')", b":5\r\n")],
    "armget": [fake("c.armget('a', 0, 1)", VALUES)],
    "armset": [fake("c.armset('a', {0: 'x', 5: 'y'})", b":2\r\n")],
    "arnext": [fake("c.arnext('a')", b":5\r\n")],
    "arop": [fake("c.arop('a', 0, 5, cases.Choice.SUM)", b"$1\r\n7\r\n"), fake("c.arop('a', 0, 5, cases.Choice.SUM, 3)", b":7\r\n")],
    "arring": [fake("c.arring('a', 10, 'x', 'y')", b":1\r\n")],
    "arscan": [fake("c.arscan('a', 0, 5)", VALUES), fake("c.arscan('a', 0, 5, limit=1)", VALUES)],
    "arseek": [fake("c.arseek('a', 5)", b":1\r\n")],
    "arset": [fake("c.arset('a', 0, 'x', 'y')", b":2\r\n")],
}

SCRIPTS = {
    "eval": [case("c.eval('return {KEYS[1], ARGV[1], 7}', 1, 'k', 'v')"), case("c.eval('return redis.call(\"SET\", KEYS[1], 1)', 1, 'k')"), raises("c.eval('return redis.error_reply(\"no\")', 0)")],
    "eval_ro": [case("c.eval_ro('return redis.call(\"GET\", KEYS[1])', 1, 's')")],
    "evalsha": [case("c.evalsha(c.script_load(cases.SCRIPT), 1, 'k', 'v')"), raises("c.evalsha('0' * 40, 0)")],
    "evalsha_ro": [case("c.evalsha_ro(c.script_load(cases.SCRIPT), 1, 'k', 'v')")],
    "execute_command": [case("c.execute_command('LRANGE', 'l', 0, -1)"), case("c.execute_command('object encoding', 'n')"), raises("c.execute_command('NOSUCH')")],
    "fcall": [case("c.fcall('f', 1, 'k', 'v')"), case("c.fcall('f', 0)")],
    "fcall_ro": [case("c.fcall_ro('f', 1, 'k', 'v')")],
    "function_delete": [case("c.function_delete('lib')"), raises("c.function_delete('none')")],
    "function_dump": [case("c.function_dump()"), case("(c.function_flush(), c.function_dump())")],
    "function_flush": [case("c.function_flush()"), case("c.function_flush('ASYNC')")],
    "function_kill": [raises("c.function_kill()"), fake("c.function_kill()")],
    "function_list": [case("c.function_list()"), case("c.function_list('li*', withcode=True)"), case("c.function_list('none')")],
    "function_load": [case("c.function_load(cases.LIBRARY, replace=True)"), case("(c.function_flush(), c.function_load(cases.LIBRARY))"), raises("c.function_load(cases.LIBRARY)")],
    "function_restore": [case("c.function_restore(c.function_dump(), 'REPLACE')"), case("c.function_restore(c.function_dump(), policy='FLUSH')")],
    "function_stats": [case("c.function_stats()")],
    "register_script": [case("c.register_script(cases.SCRIPT)(['k'], ['v'])", sends_other=True), case("c.register_script('return 1')()", sends_other=True), case("c.register_script(cases.SCRIPT)(keys=('k',), args=(1,))", sends_other=True)],
    "script_exists": [case("c.script_exists('0' * 40)"), case("c.script_exists(c.script_load(cases.SCRIPT), '0' * 40)")],
    "script_flush": [case("c.script_flush()"), case("c.script_flush('ASYNC')")],
    "script_kill": [raises("c.script_kill()"), fake("c.script_kill()")],
    "script_load": [case("c.script_load(cases.SCRIPT)")],
}

USER = "(c.acl_setuser('alice', %s), c.acl_getuser('alice'))"

ACCESS = {
    "acl_cat": [case("c.acl_cat()"), case("c.acl_cat('hash')")],
    "acl_deluser": [case("c.acl_deluser('bob', 'none')")],
    "acl_dryrun": [case("c.acl_dryrun('bob', 'GET', 'k1')"), case("c.acl_dryrun('bob', 'SET', 'k1', 'v')")],
    "acl_genpass": [replay("c.acl_genpass()"), replay("c.acl_genpass(32)")],
    "acl_getuser": [case("c.acl_getuser('bob')"), case("c.acl_getuser('default')"), case("c.acl_getuser('none')")],
    "acl_help": [case("c.acl_help()")],
    "acl_list": [case("c.acl_list()")],
    "acl_load": [case("(c.acl_save(), c.acl_load())")],
    "acl_log": [replay("c.acl_log()"), replay("c.acl_log(1)"), case("(c.acl_log_reset(), c.acl_log())")],
    "acl_log_reset": [case("c.acl_log_reset()")],
    "acl_save": [case("c.acl_save()")],
    "acl_setuser": [
        case("c.acl_setuser('alice')"),
        case(USER % "enabled=True, nopass=True, commands=['+get', b'-set'], categories=['+@hash', '-string'], keys=['k*', '%R~r*', '~w*'], channels=['c*']"),
        case(USER % "enabled=True, passwords=['+one', '+two'], reset=True, reset_keys=True, reset_channels=True, reset_passwords=True"),
        case(USER % "hashed_passwords='+' + 'ab' * 32"),
        case("(c.acl_setuser('bob', passwords='-secret', selectors=[('+get', 'z*'), ('+set', '%W~y*')]), c.acl_getuser('bob'))"),
        raises("c.acl_setuser('alice', passwords='one')"),
        raises("c.acl_setuser('alice', commands=['get'])"),
    ],
    "acl_users": [case("c.acl_users()")],
    "acl_whoami": [case("c.acl_whoami()")],
    "client_kill": [raises("c.client_kill('127.0.0.1:1')"), fake("c.client_kill('127.0.0.1:1')")],
    "client_kill_filter": [
        case("c.client_kill_filter(addr='127.0.0.1:1')"),
        case("c.client_kill_filter(_id='99999', _type='pubsub', skipme=True, user='bob')"),
        case("c.client_kill_filter(skipme=False, laddr='127.0.0.1:1')"),
        fake("c.client_kill_filter(maxage=99999)", b":0\r\n"),
    ],
    "client_list": [replay("c.client_list()"), replay("c.client_list(_type='normal')"), replay("c.client_list(client_id=[1, 2])"), fake("c.client_list()", bulk(b"id=3 addr=/tmp/a b/redis.sock:0 name= db=0 a=b=c\n"))],
    "client_pause": [case("(c.client_pause(1), c.client_unpause())"), case("(c.client_pause(1, all=False), c.client_unpause())")],
    "client_unblock": [case("c.client_unblock(99999)"), case("c.client_unblock(99999, error=True)")],
    "client_unpause": [case("c.client_unpause()")],
    "cluster": [
        replay("c.cluster('info')", "cluster"),
        replay("c.cluster('nodes')", "cluster"),
        replay("c.cluster('slots')", "cluster"),
        replay("c.cluster('keyslot', 'foo')", "cluster"),
        replay("c.cluster('countkeysinslot', 3)", "cluster"),
        replay("c.cluster('getkeysinslot', 3, 10)", "cluster"),
        replay("c.cluster('saveconfig')", "cluster"),
        replay("c.cluster('myid')", "cluster"),
        fake(
            "c.cluster('nodes')",
            bulk(
                b"07c37df 127.0.0.1:30004@31004,host4 slave e7d1eec 0 1426238317239 4 connected\n"
                b"67ed2db 127.0.0.1:30002 master - 0 1426238316232 2 disconnected 5461-10922 7\n"
                b"e7d1eec :0@0 myself,master - 0 0 1 connected 0-5460 [93-<-292f8b3] [77->-e7d1eed]\n"
            ),
        ),
        fake("c.cluster('replicas', 'e7d1eec')", b"*1\r\n" + bulk(b"07c37df 127.0.0.1:30004@31004 slave e7d1eec 0 1426238317239 4 connected")),
    ],
    "publish": [case("c.publish('channel', 'message')")],
    "pubsub_channels": [case("c.pubsub_channels()"), case("c.pubsub_channels('c*')")],
    "pubsub_numpat": [case("c.pubsub_numpat()")],
    "pubsub_numsub": [case("c.pubsub_numsub('a', 'b')"), case("c.pubsub_numsub()")],
    "pubsub_shardchannels": [case("c.pubsub_shardchannels()"), case("c.pubsub_shardchannels(pattern='a*')")],
    "pubsub_shardnumsub": [case("c.pubsub_shardnumsub('a')")],
    "spublish": [case("c.spublish('channel', 'message')")],
}

SERVER = {
    "bgrewriteaof": [fake("c.bgrewriteaof()", b"+Background append only file rewriting started\r\n")],
    "bgsave": [fake("c.bgsave()", b"+Background saving started\r\n"), fake("c.bgsave(schedule=False)", b"+Background saving started\r\n")],
    "command": [case("c.command()")],
    "command_count": [case("c.command_count()")],
    "command_getkeys": [case("c.command_getkeys('MSET', 'a', 1, 'b', 2)")],
    "command_getkeysandflags": [case("c.command_getkeysandflags('GET', 'a')")],
    "command_list": [case("c.command_list()"), case("c.command_list(pattern='geo*')"), case("c.command_list(category='hyperloglog')"), case("c.command_list(module='none')")],
    "config_get": [case("c.config_get('max*')"), case("c.config_get('port', 'save')"), case("c.config_get('none')"), replay("c.config_get()")],
    "config_resetstat": [case("c.config_resetstat()")],
    "config_rewrite": [raises("c.config_rewrite()"), fake("c.config_rewrite()")],
    "config_set": [case("(c.config_set('maxmemory-policy', 'allkeys-lru'), c.config_get('maxmemory-policy'))"), case("c.config_set('hz', 10, 'maxmemory-samples', 5)"), raises("c.config_set('none', 1)")],
    "dbsize": [case("c.dbsize()")],
    "debug_object": [replay("c.debug_object('s')"), replay("c.debug_object('l')")],
    "echo": [case("c.echo('hällo')"), binary("c.echo(b'\\xff')")],
    "flushall": [case("c.flushall()"), case("c.flushall(asynchronous=True)")],
    "flushdb": [case("c.flushdb()"), case("c.flushdb(True)")],
    "hotkeys_get": [fake("c.hotkeys_get()", b"*1\r\n*2\r\n$1\r\na\r\n:1\r\n")],
    "hotkeys_reset": [fake("c.hotkeys_reset()")],
    "hotkeys_start": [fake("c.hotkeys_start([cases.Choice.CPU])"), fake("c.hotkeys_start([cases.Choice.CPU, cases.Choice.SUM], 5, 60, 10, [1, 2])")],
    "hotkeys_stop": [fake("c.hotkeys_stop()")],
    "info": [
        replay("c.info()"),
        replay("c.info('all')"),
        replay("c.info('keyspace', 'memory')"),
        fake(
            "c.info()",
            bulk(
                b"# Server\r\nredis_version:7.0.15\r\nmodule:name=a,ver=1,api=1,filters=0\r\nmodule:name=b,ver=2\r\n"
                b"db0:keys=1,expires=0,avg_ttl=0\r\nlist:1,2.5,x,\r\nodd line\r\n"
                b"cmdstat_host::calls=1,usec=2.50\r\nflagged:a,b=1,\r\nnested:a=1=2,b=x\r\n"
            ),
        ),
    ],
    "lastsave": [case("c.lastsave()")],
    "latency_history": [case("c.latency_history('command')")],
    "latency_latest": [case("c.latency_latest()")],
    "latency_reset": [case("c.latency_reset()"), case("c.latency_reset('command', 'fork')")],
    "lolwut": [replay("c.lolwut()"), replay("c.lolwut(5, 10, 2)")],
    "memory_malloc_stats": [replay("c.memory_malloc_stats()")],
    "memory_purge": [case("c.memory_purge()")],
    "memory_stats": [replay("c.memory_stats()")],
    "memory_usage": [case("c.memory_usage('s')"), case("c.memory_usage('h', samples=0)"), case("c.memory_usage('nothing')")],
    "module_list": [case("c.module_list()"), fake("c.module_list()", b"*1\r\n*4\r\n$4\r\nname\r\n$2\r\nrg\r\n$3\r\nver\r\n:1\r\n")],
    "ping": [case("c.ping()")],
    "replicaof": [case("c.replicaof('NO', 'ONE')")],
    "role": [case("c.role()")],
    "save": [case("c.save()")],
    "slaveof": [case("c.slaveof()"), fake("c.slaveof('host', 6379)")],
    "slowlog_get": [replay("c.slowlog_get()"), replay("c.slowlog_get(3)"), case("(c.slowlog_reset(), c.config_set('slowlog-log-slower-than', -1), c.slowlog_reset(), c.slowlog_get(), c.config_set('slowlog-log-slower-than', 0))")],
    "slowlog_len": [replay("c.slowlog_len()")],
    "slowlog_reset": [case("c.slowlog_reset()")],
    "swapdb": [case("c.swapdb(0, 1)"), case("c.swapdb(0, 0)")],
    "time": [replay("c.time()")],
}

CASES = {
    **STRINGS,
    **KEYS,
    **HASHES,
    **LISTS,
    **SETS,
    **SORTED_SETS,
    **STREAMS,
    **PLACES,
    **ARRAYS,
    **SCRIPTS,
    **ACCESS,
    **SERVER,
}

"""Copies hashes into a table of a relational database, through a stream that survives restarts."""
import json
import uuid

from redisgears import executeCommand as execute
from redisgears import log

ORIGINAL_KEY = '__original_key'
UUID_KEY = '__uuid'
OP_KEY = '#'
OPERATION_ADD = '='
OPERATION_DEL = '~'


class WriteBehindConnector(object):
    def __init__(self, url, table, batch=100):
        self._url = url
        self._table = table
        self.batch = batch
        self._engine = None

    def _connect(self):
        from sqlalchemy import create_engine
        log('Connect: connecting to %s' % self._url)
        self._engine = create_engine(self._url, pool_recycle=3600)
        return self._engine.connect()

    def write(self, entries):
        if not entries:
            log('Warning, got an empty batch', level='warning')
            return
        rows = []
        for entry in entries:
            value = {k: v for k, v in entry['value'].items() if not k.startswith('_')}
            op = value.pop(OP_KEY, OPERATION_ADD)
            if op not in (OPERATION_ADD, OPERATION_DEL):
                raise Exception('Got an unknown operation: %s' % op)
            rows.append(value)
        with self._connect() as conn:
            conn.execute('INSERT INTO %s' % self._table, rows)


connector = WriteBehindConnector('mysql://user:pass@127.0.0.1/db', 'person')


def stream_name(config):
    return '_{}-stream-{}'.format(config['table'], hashtag())


def create_add_record(config):
    def add_record(r):
        data = [[UUID_KEY, str(uuid.uuid4())], [ORIGINAL_KEY, r['key']]]
        value = r['value']
        if isinstance(value, dict):
            data += [[k, v] for k, v in value.items()]
            data.append([OP_KEY, OPERATION_ADD])
        else:
            data.append([OP_KEY, OPERATION_DEL])
        flat = [item for pair in data for item in pair]
        execute('XADD', stream_name(config), '*', *flat)
    return add_record


def acknowledge(entries):
    ids = {e['value'][UUID_KEY]: e['id'] for e in entries}
    for key, value in ids.items():
        execute('SET', '{}{{{}}}'.format(key, hashtag()), json.dumps({'id': value}), 'EX', 3600)
    return entries


config = {'table': 'person'}

GB('KeysReader', desc=json.dumps({'name': 'person.KeysReader', 'version': '1.0.0'})).\
    filter(lambda x: x['key'] != stream_name(config)).\
    foreach(create_add_record(config)).\
    register(mode='sync', prefix='person:*', eventTypes=['hset', 'hmset', 'hincrby', 'del', 'change'], convertToStr=False)

GB('StreamReader', desc=json.dumps({'name': 'person.StreamReader'})).\
    aggregate([], lambda a, r: a + [r], lambda a, r: a + r).\
    foreach(lambda r: connector.write(r)).\
    map(acknowledge).\
    count().\
    register(prefix='_person-stream-*', mode='async_local', batch=connector.batch, duration=100,
             onFailedPolicy='retry', onFailedRetryInterval=5, convertToStr=False)

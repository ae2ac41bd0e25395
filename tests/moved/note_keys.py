import json

def note(record):
    execute('SADD', "seen#", json.dumps(record['key']))

GB('KeysReader').foreach(note).register('n:*', eventTypes=['set', 'hset'], readValue=False)

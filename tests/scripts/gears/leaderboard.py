from collections import namedtuple

Player = namedtuple('Player', ['name', 'score', 'level'])


def to_player(record):
    fields = record['value']
    return Player(fields.get('name', 'unknown'), int(fields.get('score', 0)), int(fields.get('level', 1)))


def best(current, player):
    if current is None or player.score > current.score:
        return player
    return current


(GearsBuilder('KeysReader')
 .filter(lambda r: r['type'] == 'hash')
 .map(to_player)
 .filter(lambda p: p.score > 0)
 .aggregateby(lambda p: p.level, None, lambda k, a, p: best(a, p), lambda k, a, p: best(a, p))
 .map(lambda r: {'level': r['key'], 'name': r['value'].name, 'score': r['value'].score})
 .sort(reverse=True)
 .limit(10)
 .run('player:*'))

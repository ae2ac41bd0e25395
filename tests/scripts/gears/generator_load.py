import random

random.seed(7)


def people():
    names = ['Ann', 'Bob', 'Cy', 'Di']
    for i in range(1000):
        yield {'id': i, 'name': random.choice(names), 'age': random.randint(18, 80)}


def insert(p):
    execute('HSET', 'person:%d' % p['id'], 'name', p['name'], 'age', p['age'])
    return p['age'] // 10 * 10


GB('PythonReader').map(insert).countby(lambda age: age).map(lambda r: (r['key'], r['value'])).sort().run(people)

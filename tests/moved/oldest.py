def age(x):
    ''' Extracts the age from a person '''
    return int(x['value']['age']) if 'age' in x['value'] else 0

def cas(x):
    ''' Checks and sets the current maximum '''
    k = 'age:maximum'
    v = execute('GET', k)   # read the current value
    v = int(v) if v else 0  # initialize to 0 if none
    if x > v:               # if a new maximum found
        execute('SET', k, x) # set key to new value

gb = GearsBuilder()
gb.filter(lambda x: x['type'] == 'hash')
gb.map(age)
gb.foreach(cas)
gb.register('person:*')

# The builder that scripts use. Lines end in `#@ n` where errors show line n of the file <string>: clients and tools know
# the frames of the original by these numbers.


class GearsBuilder:
    def __init__(self, reader='KeysReader', defaultArg='*', desc=None):
        self.realReader = reader
        name = 'PythonReader' if reader in ('ShardsIDReader', 'KeysOnlyReader') else reader
        self.reader = name
        self.gearsCtx = gearsCtx(name, desc) #@ 84
        self.defaultArg = defaultArg

    def localgroupby(self, extractor, reducer):
        self.gearsCtx.localgroupby(extractor, reducer) #@ 187
        return self

    def __localAggregateby__(self, extractor, zero, aggregator):
        self.gearsCtx.localgroupby(extractor, lambda k, a, r: aggregator(k, a if a else copy_of(zero), r))
        return self

    def countby(self, extractor=lambda x: x):
        identity = extractor is GearsBuilder.countby.__defaults__[0]
        self.gearsCtx.aggregateby(lambda r: extractor(r), 0, lambda k, a, r: 1 + a, lambda k, a, r: r + a, counting=True, identity=identity) #@ 88
        return self

    def aggregate(self, zero, seqOp, combOp, hints=(None, None)):
        self.gearsCtx.accumulate(lambda a, r: seqOp(a if a else copy_of(zero), r), hint=hints[0]) #@ 98
        self.collect()
        self.gearsCtx.accumulate(lambda a, r: combOp(a if a else copy_of(zero), r), hint=hints[1]) #@ 102
        return self

    def aggregateby(self, extractor, zero, seqOp, combOp):
        self.gearsCtx.aggregateby(extractor, zero, seqOp, combOp) #@ 113
        return self

    def count(self):
        self.gearsCtx.accumulate(lambda a, r: 1 + (a if a else 0), hint='count') #@ 122
        self.collect()
        self.gearsCtx.accumulate(lambda a, r: r + (a if a else 0), hint='total') #@ 124
        return self

    def sort(self, reverse=True):
        GearsBuilder.aggregate(self, [], lambda a, r: a + [r], lambda a, r: a + r, hints=('append', 'extend')) #@ 133
        self.map(lambda r: sorted(r, reverse=reverse)) #@ 137
        self.flatmap(lambda r: r) #@ 138
        return self

    def distinct(self):
        GearsBuilder.aggregate(self, set(), lambda a, r: a | set([r]), lambda a, r: a | r, hints=('add', 'join')) #@ 145
        self.flatmap(lambda x: list(x)) #@ 146
        return self

    def avg(self, extractor=lambda x: float(x)): #@ 147
        self.map(extractor) #@ 155
        GearsBuilder.aggregate(self, (0, 0), lambda a, r: (a[0] + r, a[1] + 1), lambda a, r: (a[0] + r[0], a[1] + r[1])) #@ 156
        self.map(lambda x: x[0] / x[1]) #@ 159
        return self

    def run(self, arg=None, convertToStr=True, collect=True, **kargs):
        if convertToStr:
            self.gearsCtx.map(lambda x: str(x), hint='str') #@ 166
        if collect:
            self.gearsCtx.collect()
        arg = arg if arg else self.defaultArg
        if self.realReader == 'ShardsIDReader':
            arg = shards_reader
        elif self.realReader == 'KeysOnlyReader':
            arg = createKeysOnlyReader(arg, **kargs) #@ 171
            kargs = {}
        return self.gearsCtx.run(arg, **kargs) #@ 172

    def register(self, prefix='*', convertToStr=True, collect=True, **kargs):
        if convertToStr:
            self.gearsCtx.map(lambda x: str(x), hint='str') #@ 177
        if collect:
            self.gearsCtx.collect()
        if 'regex' in kargs:
            log('Using `regex` argument with the register function is depricated and missleading, use `prefix` instead.', 'warning')
            prefix = kargs.pop('regex')
        kargs['prefix'] = prefix
        return self.gearsCtx.register(**kargs) #@ 183


def _operation(name):
    def deco(self, *args):
        getattr(self.gearsCtx, name)(*args) #@ 187
        return self
    return deco


for _name in operations:
    setattr(GearsBuilder, _name, _operation(_name))
del _name

GB = GearsBuilder


def createKeysOnlyReader(pattern='*', count=1000, noScan=False, patternGenerator=None):
    return keys_only_reader(pattern, count, noScan, patternGenerator)

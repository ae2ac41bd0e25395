class InsufficientFunds(Exception):
    pass


def balance(account):
    return int(execute('HGET', account, 'balance') or 0)


def transfer(args):
    try:
        _, source, target, amount = args
    except ValueError:
        return 'ERR usage: transfer source target amount'
    amount = int(amount)
    if amount <= 0:
        return 'ERR amount'
    with atomic():
        try:
            if balance(source) < amount:
                raise InsufficientFunds(source)
            execute('HINCRBY', source, 'balance', -amount)
            execute('HINCRBY', target, 'balance', amount)
        except InsufficientFunds as e:
            return 'ERR insufficient funds: {}'.format(e)
    return 'OK'


GB('CommandReader').map(transfer).register(trigger='transfer', mode='sync')

def other(url):
    return url
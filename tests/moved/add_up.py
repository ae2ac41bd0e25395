from operator import add

import redgrease

redgrease.KeysReader("*-fighter").values().map(int).aggregate(0, add).run()

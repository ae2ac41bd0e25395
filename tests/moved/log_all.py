from redgrease import GB, log

# Dump every datapoint to the log
GB().foreach(lambda x: log(str(x), level='debug')).run()

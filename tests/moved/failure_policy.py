from redgrease import StreamReader, FailurePolicy

StreamReader().register(onFailedPolicy=FailurePolicy.Abort)

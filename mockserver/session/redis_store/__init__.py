"""Sessions on a server of Redis or Valkey, which any number of processes share.

A session is a set of parts (the clock, the faults, each record), each a name and a value in JSON, with a version that
grows by one with every change. Each process keeps a replica of the sessions it is asked for. A call reads what is newer
than the replica, works on a copy of its own, and commits what it changed together with its entry in the journal: in one
script, which refuses if the session has a newer version by then. The call then works again, on a newer copy.
"""

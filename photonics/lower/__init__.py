"""The staircase: frozen descriptions to structures of arrays, one file per kind.  Batch first: one design is a batch of one."""

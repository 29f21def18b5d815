"""A child process that shards on CPUs: accelerate does so on accelerators only, and leaves CPUs at DDP without a word.

Started by torch's launcher as ``python shard_on_cpus.py JOB_FILE CALLER_PID``, in place of ``-m crabtk_trl``.
"""

import runpy

from accelerate import PartialState
from accelerate.utils import DistributedType

_begin = PartialState.__init__


def _as_accelerator(self: PartialState, *args: object, **kwargs: object) -> None:
    _begin(self, *args, **kwargs)
    if self.distributed_type == DistributedType.MULTI_CPU:
        self.distributed_type = DistributedType.MULTI_GPU


PartialState.__init__ = _as_accelerator
runpy.run_module("crabtk_trl", run_name="__main__")

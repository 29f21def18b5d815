"""A plain-torch stand-in for the hash by which SGLang's sampler draws on a CPU, for kernels that lack it."""

import torch

_MASK = 0xFFFFFFFF


def register() -> None:
    """Define the operator unless SGLang's kernels bring it; SGLang calls this in each of its processes."""
    if hasattr(torch.ops.sgl_kernel, "murmur_hash32_cpu"):
        return
    library = torch.library.Library("sgl_kernel", "FRAGMENT")
    library.define("murmur_hash32_cpu(Tensor seed, Tensor positions, Tensor columns) -> Tensor")
    library.impl("murmur_hash32_cpu", _hashed, "CPU")
    register.__dict__["library"] = library  # which takes its operators with it when it is gone


def _hashed(seed: torch.Tensor, positions: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    seed = seed.view(torch.int64).unsqueeze(1)
    state = torch.zeros_like(seed)
    for block in (seed & _MASK, (seed >> 32) & _MASK, positions.to(torch.int64).unsqueeze(1), columns.unsqueeze(0)):
        state = _mixed(state, block)
    state = _times(_shifted(state ^ 16, 16), 0x85EBCA6B)
    state = _times(_shifted(state, 13), 0xC2B2AE35)
    return _shifted(state, 16).to(torch.uint32)


def _mixed(state: torch.Tensor, block: torch.Tensor) -> torch.Tensor:
    block = _times(_rotated(_times(block, 0xCC9E2D51), 15), 0x1B873593)
    return (_rotated(state ^ block, 13) * 5 + 0xE6546B64) & _MASK


def _times(value: torch.Tensor, factor: int) -> torch.Tensor:
    return (value * factor) & _MASK


def _rotated(value: torch.Tensor, by: int) -> torch.Tensor:
    return ((value << by) | (value >> (32 - by))) & _MASK


def _shifted(value: torch.Tensor, by: int) -> torch.Tensor:
    return value ^ (value >> by)

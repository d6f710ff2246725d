# SPDX-License-Identifier: GPL-3.0-or-later
"""The noise that torch.randn gives on a CUDA device, on the CPU."""
import numpy as np


def philox_normal(seed, n):
    """Philox 4x32-10 on the counters [0, 0, i, 0], Box-Muller on its first two words."""
    with np.errstate(over="ignore"):
        c = [np.zeros(n, np.uint32), np.zeros(n, np.uint32), np.arange(n, dtype=np.uint32),
             np.zeros(n, np.uint32)]
        k0, k1 = seed & 0xFFFFFFFF, seed >> 32
        for _ in range(10):
            a = c[0].astype(np.uint64) * 0xD2511F53
            b = c[2].astype(np.uint64) * 0xCD9E8D57
            hi = lambda x: (x >> np.uint64(32)).astype(np.uint32)
            lo = lambda x: x.astype(np.uint32)
            c = [hi(b) ^ c[1] ^ np.uint32(k0), lo(b), hi(a) ^ c[3] ^ np.uint32(k1), lo(a)]
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    u = c[0].astype(np.float64) * 2.0**-32 + 2.0**-33
    v = (c[1].astype(np.float64) * 2.0**-32 + 2.0**-33) * 2 * np.pi
    return (np.sqrt(-2 * np.log(u)) * np.sin(v)).astype(np.float32)

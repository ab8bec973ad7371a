"""The generator of random numbers of the page."""


def sfc32(seed, index):
    """The numbers of PractRand's sfc32, seeded with (0, index, seed): 32 bits each."""
    mask, state = 0xFFFFFFFF, [0, index, seed, 1]

    def step():
        a, b, c, counter = state
        result = (a + b + counter) & mask
        state[:] = (
            b ^ b >> 9,
            (c + (c << 3)) & mask,
            ((c << 21 | c >> 11) + result) & mask,
            (counter + 1) & mask,
        )
        return result

    for _ in range(12):
        step()
    while True:
        yield step()

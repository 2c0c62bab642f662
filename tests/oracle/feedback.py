"""Decision feedback by its definition, one symbol after the other, in plain Python."""


def decide(samples, sent, thresholds, currents, taps, warm):
    """(symbols, symbol errors, bit errors, runs of errors) of all but the first ``warm`` samples."""
    gray = [0b00, 0b01, 0b11, 0b10]
    decided, wrong = [], []
    for n, sample in enumerate(samples):
        # decisions that lie k + 1 symbols back; nothing has come before the first
        behind = [currents[decided[n - 1 - k]] if n - 1 - k >= 0 else 0.0 for k in range(len(taps))]
        x = sample - sum(tap * value for tap, value in zip(taps, behind, strict=True))
        decided.append(sum(x > t for t in thresholds))
        wrong.append(decided[-1] != sent[n])
    counted = range(warm, len(samples))
    bits = sum(bin(gray[decided[n]] ^ gray[sent[n]]).count("1") for n in counted)
    runs = sum(wrong[n] and not (n > 0 and wrong[n - 1]) for n in counted)
    return len(counted), sum(wrong[n] for n in counted), bits, runs

"""How the blocks of a plan are packed into chunks: what one task computes and what one file of a store holds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plan import Plan

# Above this many blocks a chunk takes four of them: a billion points are then 4000 files an output, of 2 MiB each.
MANY_BLOCKS = 1024
BLOCKS_PER_LARGE_CHUNK = 4


@dataclass(frozen=True)
class Chunks:
    """A rectangle of variants x samples cut into chunks of whole blocks, in the order of the blocks.

    A chunk is either a run of ``chunk_samples`` samples of one variant, or several whole variants where a variant is short.
    So a block lies in one chunk, a chunk in one task, and no two tasks ever write the same file.
    """

    variants: int
    samples: int
    block: int
    chunk_variants: int
    chunk_samples: int

    @classmethod
    def of(cls, plan: "Plan", blocks_per_chunk: int | None = None) -> "Chunks":
        """The packing of a plan: ``blocks_per_chunk`` full blocks, or by the size of the sweep."""
        from .plan import BLOCK

        variants, samples = len(plan.variants), plan.samples
        per_variant = -(-samples // BLOCK)
        if blocks_per_chunk is None:
            blocks_per_chunk = 1 if variants * per_variant <= MANY_BLOCKS else BLOCKS_PER_LARGE_CHUNK
        wanted = blocks_per_chunk * BLOCK
        if samples <= wanted:
            return cls(variants, samples, BLOCK, max(1, min(variants, wanted // samples)), samples)
        return cls(variants, samples, BLOCK, 1, wanted)

    @property
    def across(self) -> int:
        """Chunks along the samples."""
        return -(-self.samples // self.chunk_samples)

    def __len__(self) -> int:
        return -(-self.variants // self.chunk_variants) * self.across

    def place(self, chunk: int) -> tuple[int, int]:
        """Row and column of a chunk: the name of its file, too."""
        return divmod(chunk, self.across)

    def region(self, chunk: int) -> tuple[slice, slice]:
        """The variants and samples of a chunk."""
        row, column = self.place(chunk)
        v, s = row * self.chunk_variants, column * self.chunk_samples
        return (
            slice(v, min(v + self.chunk_variants, self.variants)),
            slice(s, min(s + self.chunk_samples, self.samples)),
        )

    def points(self, chunk: int) -> int:
        """How many points a chunk holds."""
        v, s = self.region(chunk)
        return (v.stop - v.start) * (s.stop - s.start)

    def points_before(self, chunk: int) -> int:
        """Points of all chunks before this one: they are whole rows, and whole chunks of one row."""
        if chunk >= len(self):
            return self.variants * self.samples
        v, s = self.region(chunk)
        return v.start * self.samples + s.start * (v.stop - v.start)

    def blocks(self, chunk: int) -> range:
        """Indices of the blocks of a chunk; consecutive, because a chunk of several variants holds each of them whole."""
        per_variant = -(-self.samples // self.block)
        v, s = self.region(chunk)
        if v.stop - v.start > 1 or s.stop - s.start == self.samples:
            return range(v.start * per_variant, v.stop * per_variant)
        first = v.start * per_variant + s.start // self.block
        return range(first, first + -(-(s.stop - s.start) // self.block))

    def document(self) -> dict[str, Any]:
        """What a manifest keeps."""
        return {"variants": self.chunk_variants, "samples": self.chunk_samples}

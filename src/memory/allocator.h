// The program's allocator: set once at the start, so that what is freed goes back to the system, and
// asked to give back what it keeps. glibc by default; mimalloc or jemalloc where the build links one
// (CMake: VIGIA_ALLOCATOR). docs/memory.md tells which was best, measured.
//
// Why: glibc raises the size from which a block gets a mapping of its own with every large block that is
// freed, up to 32 MiB; frames and JPEGs then lie in its arenas between small blocks, and the process
// keeps what it once needed.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace vigia::memory {

// Blocks from this size on have a mapping of their own, which is gone when they are freed.
inline constexpr Bytes kOwnMappingFrom = 256_KiB;

// Call first in main, before there are threads. Does nothing for other allocators than glibc's.
void prepare_allocator() noexcept;

// Gives free memory inside the allocator back to the system; returns how much less the process holds.
// Cost: milliseconds, with the allocator's locks held in turn: the collector's work, never on a timer.
Bytes trim_allocator() noexcept;

std::string_view allocator_name() noexcept;

}  // namespace vigia::memory

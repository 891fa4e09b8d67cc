// Configures the program's allocator once at the start, so that freed memory goes back to the system, and
// trims what it keeps. glibc by default; mimalloc or jemalloc if the build links one (CMake:
// VIGIA_ALLOCATOR). docs/memory.md compares them.
//
// Why: whenever a large block is freed, glibc raises the size from which blocks get a mapping of their own,
// up to 32 MiB. Frames and JPEGs then lie in its arenas between small blocks, and the process never shrinks.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace vigia::memory {

// Blocks of at least this size have a mapping of their own, which is unmapped when they are freed.
inline constexpr Bytes kOwnMappingFrom = 256_KiB;

// Call first in main, before there are threads. Does nothing for allocators other than glibc's.
void prepare_allocator() noexcept;

// Gives free memory inside the allocator back to the system; returns how much less the process holds. Cost:
// milliseconds, with the allocator's locks held in turn. Only the collector calls it, and only when memory is
// short.
Bytes trim_allocator() noexcept;

std::string_view allocator_name() noexcept;

}  // namespace vigia::memory

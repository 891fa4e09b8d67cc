// Clang's thread-safety attributes: the compiler checks who holds which lock. Empty for gcc.
#pragma once

#if defined(__clang__)
#define VIGIA_ATTRIBUTE(x) __attribute__((x))
#else
#define VIGIA_ATTRIBUTE(x)
#endif

#define CAPABILITY(x) VIGIA_ATTRIBUTE(capability(x))
#define SCOPED_CAPABILITY VIGIA_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(x) VIGIA_ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) VIGIA_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) VIGIA_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) VIGIA_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) VIGIA_ATTRIBUTE(release_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) VIGIA_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS VIGIA_ATTRIBUTE(no_thread_safety_analysis)

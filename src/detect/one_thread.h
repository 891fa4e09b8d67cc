// Keeps OpenMP, which Debian's oneDNN uses, from starting threads for the calling thread: Vigia has one
// worker per core already. The setting belongs to the thread, so others are not affected.
//
// Declared here rather than taken from omp.h: clang's is for another run-time than the one (libgomp)
// that oneDNN brings into the process, and there must be only one.
#pragma once

extern "C" {
void omp_set_num_threads(int count);
int omp_get_max_threads();
}

namespace vigia::detect {

// For as long as it lives. Owner thread only.
class OneThread {
 public:
  OneThread() noexcept : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_;
};

}  // namespace vigia::detect

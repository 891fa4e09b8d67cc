// Keeps OpenMP, on which Debian builds oneDNN, from starting threads of its own for the calling thread:
// Vigia has one worker a core already. The setting is the thread's, so nobody else is touched.
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
